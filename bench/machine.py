"""machine.py: where a run takes place: cores, versions, load."""

import os
import re
import subprocess
import time

CORES = sorted(os.sched_getaffinity(0))

# the distribution's: its modules for Lua and njs fit no other
NGINX = "/usr/sbin/nginx"
MODULES = "/usr/lib/nginx/modules"


def output(*command):
    """What a command prints, on whichever of its two channels."""
    return subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, check=False).stdout


def cpu_model():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        found = re.search(r"^model name\s*: (.*)$", file.read(), re.M)
    return found.group(1) if found else os.uname().machine


def package_version(name):
    text = output("dpkg-query", "-W", "-f", "${Version}", name)
    return text if text and " " not in text else "unknown"


def describe():
    """Pairs of a name and a value, for the head of the results."""
    with open("/proc/meminfo", encoding="utf-8") as file:
        kilobytes = int(file.readline().split()[1])
    nginx = output(NGINX, "-V")
    return [
        ("processor", cpu_model()),
        ("cores", str(len(CORES))),
        ("memory", f"{kilobytes // 1024 // 1024 + 1} GB"),
        ("kernel", os.uname().release),
        ("load average at the start",
         " ".join(f"{load:.2f}" for load in os.getloadavg())),
        ("nginx", re.search(r"nginx/(\S+)", nginx).group(1)),
        ("OpenSSL", output("openssl", "version").strip()),
        ("lua-nginx-module", package_version("libnginx-mod-http-lua")),
        ("LuaJIT", package_version("libluajit2-5.1-2")),
        ("njs", package_version("libnginx-mod-http-js")),
        ("wrk", package_version("wrk")),
        ("date", time.strftime("%Y-%m-%d")),
    ]
