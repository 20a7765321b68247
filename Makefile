# Makefile of nginx-jwt-issuer: short names for the scripts in tools/.

SHELL := /bin/bash

export NGINX_SRC NGINX NGINX_CONFIGURE PORT V CC ONCE FUZZ_SECONDS JOBS T
export BENCH_ROUNDS BENCH_SECONDS SUITES TEST_GROUPS MINUTES WRITE
export DESTDIR MODULESDIR PREFIX DOCDIR MANDIR VIMDIR

C_FILES := $(wildcard src/*.[ch] src/core/*.[ch] t/unit/*.[ch])

build: ## build the module into build/ (the default)
	@tools/build.sh
	@tools/style.pl $(C_FILES)
	@echo "build/ngx_http_jwt_issuer_module.so is up to date"

help: ## show this list
	@echo "make TARGET [NAME=VALUE…]"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 14
	@echo "parameters:"
	@sed -n 's/^## \([A-Z_]*\)=\(.*\)/  \1=\t\2/p' Makefile | expand -t 18

run: ## build, start a demo on 127.0.0.1:PORT, get and verify a token
	@tools/demo.sh

run-aws: ## the same with keys from AWS, as an emulator on this machine has it
	@tools/demo-aws.sh

install: build ## install what is built, its manual page and documentation
	@tools/install.sh

uninstall: ## remove what make install has installed
	@tools/install.sh --uninstall

dist: ## pack the sources into build/nginx-jwt-issuer-VERSION.tar.gz
	@tools/dist.sh

deb: ## build a package for this Debian's nginx into build/deb/
	@tools/deb.sh

test: ## everything: unit tests, checks, suites; ends with N passed, N failed
	@tools/test.sh all

unit: ## the core's unit tests
	@tools/test.sh unit

asan: ## the core's unit tests under AddressSanitizer and UBSan
	@tools/test.sh asan

tsan: ## the core's unit tests with threads, under ThreadSanitizer
	@tools/test.sh tsan

fuzz: ## the core's fuzz targets, FUZZ_SECONDS each
	@FUZZ_SECONDS=$${FUZZ_SECONDS:-60} tools/test.sh fuzz

servers: ## the tests of the servers that stand in for AWS in the suites
	@tools/test.sh servers

demo: ## make run and make run-aws as tests, in a network of their own
	@tools/test.sh demo

suites: ## the Test::Nginx suites alone, or those of T=
	@tools/test.sh suites

packages: ## the tests of make dist, make install and make deb
	@tools/test.sh packages

debtest: ## install the package in a fresh Debian, use it there (as root)
	@tools/test.sh debtest

asan-suites: ## suites (T=) with nginx from source under ASan and UBSan
	@tools/asan-suites.sh

tsan-suites: ## suites (T=) of threads with nginx from source under TSan
	@tools/tsan-suites.sh

torture: ## everything that may go wrong, with figures: TORTURE.md
	@tools/torture.py $(F)

valgrind: ## what works beside a request, under valgrind
	@tools/valgrind.sh

alloc: ## each allocation of the module fails once, in an nginx that runs
	@JWT_ISSUER_ALLOC_STEP=1 JOBS=1 SUITE_TIMEOUT=900 SUITE_MODES=plain \
	    T="t/life/alloc.t t/life/alloc-start.t" tools/test.sh suites

soak: ## MINUTES of load, rotation, faults and reloads; does anything grow?
	@tools/deps.sh build run test aws
	@tools/build.sh
	@tools/netns.sh /usr/bin/python3 -B tools/soak.py $${MINUTES:-20} $(WRITE)

style: ## house style, layers, exported symbols, docs, and their self-tests
	@tools/test.sh checks

lint: ## cppcheck and clang-tidy; gcc -fanalyzer over the core
	@tools/test.sh lint

compat: ## build and test in other Debian suites (SUITES=), as root
	@tools/compat.sh

bench: ## measure speed, latency and memory against nginx, lua and njs
	@tools/deps.sh build run bench
	@tools/build.sh
	@PATH=/usr/bin:$$PATH python3 -B bench/run.py

scaling: ## the tables of SCALING.md anew, and a minute of 4 proxies against them
	@tools/deps.sh build run test aws
	@tools/build.sh
	@python3 tools/scaling.py --write
	@python3 tools/scaling.py --check
	@JWT_ISSUER_SCALING=70 tools/suite.sh t/aws/scaling.t
	@grep -E 'predicted|waits' build/test-logs/plain/aws-scaling/stderr

deps: ## install with apt what building, running and testing need
	@tools/deps.sh build run test aws ansible deb

clean: ## remove build/
	@rm -rf build

distclean: clean ## remove build/ and .deps/ with its roots
	@tools/distclean.sh

.PHONY: build help run run-aws install uninstall dist deb test unit asan tsan \
        fuzz servers demo suites asan-suites tsan-suites torture valgrind \
        alloc packages debtest style lint compat bench scaling soak deps \
        clean distclean

## NGINX_SRC=DIR: build against this nginx source tree, not Debian's nginx-dev
## NGINX_CONFIGURE=further arguments for its configure
## NGINX=the nginx binary to run and to test with
## PORT=of make run and make run-aws (8080)
## ONCE=1: they show everything once and end
## DESTDIR=of make install: before all of its paths
## MODULESDIR=where the module goes; else where nginx -V says
## PREFIX=of the documentation (/usr/local); DOCDIR, MANDIR, VIMDIR
## T=the suites to run, such as "t/token/*.t"
## JOBS=how many suites at once (2)
## SUITES=of make compat (trixie sid)
## TEST_GROUPS=what make compat runs of tools/test.sh (all)
## MINUTES=of make soak (20)
## WRITE=--write: its report and plot go to doc/
## FUZZ_SECONDS=per fuzz target (60)
## F=the faults of make torture, such as "F07 F25" (all)
## BENCH_ROUNDS=of make bench (27)
## BENCH_SECONDS=of each measurement (0.25)
## CC=the C compiler (cc)
## V=1: show the compiler's command lines
