# The two commands of the README, each doing all of its set-up, and installing.

PREFIX ?= /usr/local
PACKAGES = libcurl4-openssl-dev libdeflate-dev libpng-dev libsqlite3-dev libssl-dev \
  libturbojpeg0-dev libwebp-dev libxml2-dev libyaml-dev make pkg-config
BUILD = swift build -c release --product proofsheet
PROOFSHEET = .build/release/proofsheet

.PHONY: quickstart test install packages release

# Replays the first suite from its recordings, without a key and without a network.
quickstart: release
	$(PROOFSHEET) run suites/quickstart.yaml

test: packages
	swift test

install: release
	install -D -m 755 $(PROOFSHEET) $(DESTDIR)$(PREFIX)/bin/proofsheet
	@echo "installed: $(DESTDIR)$(PREFIX)/bin/proofsheet"

release: packages
	$(BUILD)

# Installs what is missing, and nothing when nothing is.
packages:
	@command -v swift > /dev/null || { echo "error: Swift 6.2 or later is needed: https://www.swift.org/install"; exit 2; }
	@missing=; for package in $(PACKAGES); do \
	  dpkg-query -W -f '$${Status}' $$package 2> /dev/null | grep -q '^install ok installed' \
	    || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing:$$missing"; \
	  if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
	  $$sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    $$sudo apt-get install -y -qq --no-install-recommends $$missing > /dev/null; \
	fi
