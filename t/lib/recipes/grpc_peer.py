#!/usr/bin/python3
"""grpc_peer.py serve PORT CERT KEY: a gRPC service, shop.Orders.

Its methods, with bytes as messages: Meta answers with what it finds in the
metadata as authorization, Count with a stream of the same, once for each
message of the client's stream.

grpc_peer.py call HOST:PORT CA NAME METHOD [KEY=VALUE...]: calls one of them with
that metadata, each line on standard input being a message; prints what comes
back, or the status.
"""

import sys
from concurrent import futures

import grpc


def seen(context):
    values = [pair.value for pair in context.invocation_metadata()
              if pair.key == "authorization"]
    return ("%d %s" % (len(values), " ".join(values))).encode()


class Orders(grpc.GenericRpcHandler):
    def service(self, call):
        if call.method == "/shop.Orders/Meta":
            return grpc.unary_unary_rpc_method_handler(
                lambda message, context: seen(context))
        if call.method == "/shop.Orders/Count":
            return grpc.stream_stream_rpc_method_handler(
                lambda messages, context: (seen(context) for _ in messages))
        return None


def read(path):
    with open(path, "rb") as file:
        return file.read()


def serve(port, cert, key):
    server = grpc.server(futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((Orders(),))
    server.add_secure_port("127.0.0.1:" + port, grpc.ssl_server_credentials(
        [(read(key), read(cert))]))
    server.start()
    server.wait_for_termination()


def call(address, ca, name, method, *metadata):
    # a proxy of the environment has nothing to do with this machine's servers
    options = [("grpc.ssl_target_name_override", name),
               ("grpc.enable_http_proxy", 0)]
    metadata = [tuple(pair.split("=", 1)) for pair in metadata]
    messages = [line.rstrip("\n").encode() for line in sys.stdin]
    with grpc.secure_channel(address, grpc.ssl_channel_credentials(read(ca)),
                             options) as channel:
        try:
            if len(messages) == 1:
                made = channel.unary_unary(method)
                answers = [made(messages[0], metadata=metadata, timeout=10)]
            else:
                made = channel.stream_stream(method)
                answers = made(iter(messages), metadata=metadata, timeout=10)
            for answer in answers:
                print(answer.decode())
        except grpc.RpcError as error:
            print(error.code().name)


if __name__ == "__main__":
    {"serve": serve, "call": call}[sys.argv[1]](*sys.argv[2:])
