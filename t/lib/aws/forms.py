"""forms.py: answers and errors in the form of each protocol."""

import json
from xml.sax.saxutils import escape

from wire import Answer

# Secrets Manager spells it "Message" in the errors of its model
MODELLED = ("Resource", "InvalidP", "InvalidR", "Decryption", "InternalService")


def plain(status, value, more=None):
    """An answer of the credential endpoints."""
    if isinstance(value, dict):
        return Answer(status, json.dumps(value).encode(),
                      {"Content-Type": "application/json", **(more or {})})
    return Answer(status, value.encode(),
                  {"Content-Type": "text/plain", **(more or {})})


def headers(kind, number):
    """The request id is what clients should log."""
    return {"Content-Type": kind, "x-amzn-RequestId":
            "00000000-0000-4000-8000-%012d" % number}


def elements(value):
    """A structure as XML elements."""
    if isinstance(value, dict):
        return "".join("<%s>%s</%s>" % (name, elements(item), name)
                       for name, item in value.items())
    return escape(str(value))


STS = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'


def xml_answer(name, value, number):
    """An answer of the query protocol."""
    text = ("<%sResponse %s><%sResult>%s</%sResult><ResponseMetadata>"
            "<RequestId>0</RequestId></ResponseMetadata></%sResponse>" % (
                name, STS, name, elements(value), name, name))
    return Answer(200, text.encode(), headers("text/xml", number))


def xml_error(_service, code, status, message, _form, number):
    """An error of it."""
    text = ("<ErrorResponse %s><Error><Type>Sender</Type>%s</Error>"
            "<RequestId>0</RequestId></ErrorResponse>" % (
                STS, elements({"Code": code, "Message": message})))
    return Answer(status, text.encode(), headers("text/xml", number))


def json_answer(_name, value, number):
    """An answer of the JSON services."""
    return Answer(200, json.dumps(value).encode(),
                  headers("application/x-amz-json-1.1", number))


def json_error(service, code, status, message, form, number):
    """An error of theirs; form: plain, prefixed, or header for the code."""
    modelled = service == "secretsmanager" and code.startswith(MODELLED)
    value = {"__type": code, "Message" if modelled else "message": message}
    more = headers("application/x-amz-json-1.1", number)
    if form == "prefixed":
        value["__type"] = "com.amazonaws.%s#%s" % (service, code)
    elif form == "header":
        del value["__type"]
        more["x-amzn-ErrorType"] = code + ":http://internal.example/"
    return Answer(status, json.dumps(value).encode(), more)
