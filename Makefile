# Everything a person or a CI does with ims, one word each. `make` lists it.

GO        ?= go
TESTFLAGS ?=
PACKAGES  ?= ./...
FUZZTIME  ?= 20s
FUZZTOTAL ?=
CHECKS    ?= 1000
BENCH     ?= .
RUNFLAGS  ?=
RACE      ?=
VIEWS     ?=

LINT := bin/golangci-lint

.DEFAULT_GOAL := help
.PHONY: help build run install test screenshots pictures sdk check fmt vet house tidy generated lint race fuzz fuzz-api bench generate clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## the program, to bin/ims
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/ims ./cmd/ims

run: build ## a demonstration on the embedded store, then a running service (RUNFLAGS=--once: without serving)
	bin/ims demo $(RUNFLAGS)

install: ## what the tests need and is missing (as root on Debian; otherwise it is named)
	scripts/install

test: install ## all tests, on SQLite and a throw-away PostgreSQL (TESTFLAGS='-run X -v' PACKAGES=./pli/...)
	scripts/with-postgres $(GO) test $(TESTFLAGS) $(PACKAGES)
	@test "$(PACKAGES)" != ./... || $(MAKE) --no-print-directory sdk

screenshots: install ## every page of the panel, wide and narrow, light and dark, to screenshots/ (VIEWS=users: those whose names begin so)
	IMS_SCREENSHOTS=$(CURDIR)/screenshots IMS_VIEWS=$(VIEWS) $(GO) test -count 1 -run '^TestScreenshots$$' ./internal/panel

pictures: install ## the pictures of the README, anew, to docs/pictures/
	IMS_PICTURES=$(CURDIR)/docs/pictures $(GO) test -count 1 -run '^TestPictures$$' ./internal/panel

sdk: ## the SDKs' own tests, their bindings, and whether they compile for phones
	scripts/sdk test

check: fmt vet house tidy generated lint ## everything about the sources that needs no store

fmt: ## files that gofmt would change
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "gofmt -w is needed for:"; echo "$$unformatted"; exit 1; }

vet: ## go vet
	$(GO) vet ./...
	$(GO) vet -C sdk/go ./...
	$(GO) vet -C sdk/mobile ./...

house: ## the rules of the house: imports, words, lengths
	$(GO) test .

tidy: ## whether go.mod and go.sum are as they should be
	$(GO) mod tidy -diff

generated: ## whether generated files are what their generators write
	scripts/check-generated

# Built from tools/go.mod, so that its version and all it is made of are pinned;
# the first time takes minutes.
$(LINT): tools/go.mod tools/go.sum
	$(GO) build -C tools -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

lint: $(LINT) ## golangci-lint with the explicit list of .golangci.yml
	$(LINT) run --allow-parallel-runners $(PACKAGES)
	cd sdk/go && ../../$(LINT) run --allow-parallel-runners ./...
	cd sdk/mobile && ../../$(LINT) run --allow-parallel-runners ./...

race: install ## the race detector: rooms without a store, and the store's suite on PostgreSQL (RACE='./internal/ledger': others on it)
	scripts/with-postgres scripts/race $(RACE)

fuzz: ## every fuzz target for FUZZTIME, or FUZZTOTAL=1h shared by all (PACKAGES='./pli ./bankfile' TESTFLAGS=-parallel=1)
	TESTFLAGS='$(TESTFLAGS)' FUZZTOTAL='$(FUZZTOTAL)' scripts/fuzz $(FUZZTIME) $(PACKAGES)

fuzz-api: install ## requests made from the OpenAPI documents, none of which may fail: CHECKS to each operation, and ten times as many at random
	IMS_FUZZ_CASES=$(CHECKS) scripts/with-postgres $(GO) test -run '^(TestNoRequestIsAFailure|TestWalkOfAllOperations)$$' -count 1 -timeout 12h ./internal/serverapi -rapid.checks=$(CHECKS)
	IMS_FUZZ_CASES=$(CHECKS) scripts/with-postgres $(GO) test -run '^TestWalkOfAllOperations$$' -count 1 -timeout 12h ./internal/mobileapi

bench: install ## the benchmarks in the tests (BENCH=pattern PACKAGES=./pli); the program's own: bin/ims bench
	scripts/with-postgres $(GO) test -run '^$$' -bench '$(BENCH)' -benchmem $(TESTFLAGS) $(PACKAGES)

generate: ## write all generated files anew
	$(GO) generate ./...

clean: ## remove what was built
	rm -rf bin
