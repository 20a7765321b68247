# unit.mk: builds the core's unit tests and fuzz targets, without nginx.
#
#   make -f tools/unit.mk plain | asan | tsan | fuzz
#
# Programs are build/unit/VARIANT/NAME.  Every t/unit/test_NAME.c and
# fuzz_NAME.c is one program; other files there are linked into all of them.
# A line "LDFLAGS: -Wl,--wrap=malloc" in a test's head comment is added to its
# link.  Under ThreadSanitizer are the tests that make threads.

CC     ?= cc
CLANG  ?= clang
Q      := $(if $(filter 1,$(V)),,@)

CORE   := $(wildcard src/core/*.c)
HELP   := $(filter-out t/unit/test_% t/unit/fuzz_%,$(wildcard t/unit/*.c))
TESTS  := $(patsubst t/unit/%.c,%,$(wildcard t/unit/test_*.c))
THREAD := $(patsubst t/unit/%.c,%,$(shell grep -l pthread_create \
              t/unit/test_*.c))
FUZZ   := $(patsubst t/unit/%.c,%,$(wildcard t/unit/fuzz_*.c))

LIBS   := $(shell pkg-config --libs libjwt jansson libcrypto)
INCS   := -Isrc/core -It/unit $(shell pkg-config --cflags libjwt jansson)

# the core is plain C11: no GNU dialect here, and unused parameters count
COMMON := -std=c11 -D_DEFAULT_SOURCE -g -Wall -Wextra -Wvla -Wshadow \
          -Wstrict-prototypes -Wmissing-prototypes -Werror $(INCS)

SAN    := -fsanitize=address,undefined -fno-sanitize-recover=all \
          -fno-omit-frame-pointer

cc_plain    := $(CC)
flags_plain := $(COMMON) -O2 -fstack-protector-strong -U_FORTIFY_SOURCE \
               -D_FORTIFY_SOURCE=2
link_plain  :=

cc_asan     := $(CC)
flags_asan  := $(COMMON) -O1 $(SAN)
link_asan   := $(SAN)

cc_tsan     := $(CC)
flags_tsan  := $(COMMON) -O1 -fsanitize=thread -fno-omit-frame-pointer
link_tsan   := -fsanitize=thread

# a fuzz target has no prototype for its entry point; libFuzzer is clang's
cc_fuzz     := $(CLANG)
flags_fuzz  := $(COMMON) -Wno-missing-prototypes -O1 $(SAN) \
               -fsanitize=fuzzer-no-link
link_fuzz   := $(SAN) -fsanitize=fuzzer

plain: $(TESTS:%=build/unit/plain/%)
asan: $(TESTS:%=build/unit/asan/%)
tsan: $(THREAD:%=build/unit/tsan/%)
fuzz: $(FUZZ:%=build/unit/fuzz/%)

ldflags = $(shell sed -n '1,40s/.*LDFLAGS: *\([^*]*\).*/\1/p' t/unit/$(1).c)

# an archive, so that a test which includes a core file to reach its statics
# does not meet that file a second time
define variant

build/unit/$(1)/%.o: %.c tools/unit.mk
	@mkdir -p $$(@D)
	$(Q)$(cc_$(1)) $(flags_$(1)) -MMD -MP -c -o $$@ $$<

build/unit/$(1)/core.a: $(CORE:%.c=build/unit/$(1)/%.o)
	@rm -f $$@
	$(Q)ar rcs $$@ $$^

$(addprefix build/unit/$(1)/,$(TESTS) $(FUZZ)): build/unit/$(1)/%: \
        build/unit/$(1)/t/unit/%.o $(HELP:%.c=build/unit/$(1)/%.o) \
        build/unit/$(1)/core.a
	$(Q)$(cc_$(1)) $(link_$(1)) -o $$@ $$(filter %.o,$$^) \
	    $$(filter %.a,$$^) $$(call ldflags,$$*) $(LIBS)

endef

$(foreach v,plain asan tsan fuzz,$(eval $(call variant,$(v))))

# make would delete the objects as intermediate files
.SECONDARY:
.DELETE_ON_ERROR:
.PHONY: plain asan tsan fuzz

-include $(shell find build/unit -name '*.d' 2>/dev/null)
