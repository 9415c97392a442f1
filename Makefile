# Pagewise. `make` lists the targets. Every target sets up what it needs: Python 3.11 or newer and make are enough.
#
# Settings are environment variables or lines of .env (see .env.example); any of them can be given here as well:
#   make serve PORT=9000        make index DOCUMENTS=~/papers (the same as DOCUMENTS_DIR)

VENV := .venv
CLIENTS := .venv-clients
RELEASE := .venv-release
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check -qq

# Each holds a sum of the requirements that are installed. Only their contents count: a checkout sets all times anew.
INSTALLED := $(VENV)/installed
INSTALLED_DEV := $(VENV)/installed-dev
REQUIRED := $(shell cat requirements.txt constraints.txt | cksum)
REQUIRED_DEV := $(shell cat requirements.txt requirements-dev.txt constraints.txt | cksum)
ifneq ($(shell cat $(INSTALLED) 2>/dev/null),$(REQUIRED))
OUT_OF_DATE := $(INSTALLED)
endif
ifneq ($(shell cat $(INSTALLED_DEV) 2>/dev/null),$(REQUIRED_DEV))
OUT_OF_DATE += $(INSTALLED_DEV)
endif

ifdef DOCUMENTS
export DOCUMENTS_DIR := $(patsubst ~/%,$(HOME)/%,$(value DOCUMENTS))
endif
export QUESTION := $(value Q)
export PACK_FILE := $(value PACK)
export BACKUP_TO := $(value TO)
export BACKUP_FROM := $(value FROM)
unexport PYTHONDONTWRITEBYTECODE # or each process compiles every module anew: a quarter of a short run
PYTEST_ARGS ?=
IN_PARALLEL := -n logical --dist worksteal
ARGS ?=

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install run index reindex watch rollback verify repair report backup restore publish fetch serve ask replay questions doctor test check supply-chain audit licences sbom hashes release-tools lint format \
	typecheck cov eval bench soak clients client docs sample-documents hooks lock clean

help: ## show this list
	@echo "Pagewise answers questions about your documents and shows the page each statement comes from."
	@echo
	@awk -F ':.*## ' '/^## ---- /{title = substr($$0, 9)} \
		/^[a-z-]+:.*## /{ \
			if (title != "") {printf "\n%s\n", title; title = ""} \
			printf "  make %-17s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

## ---- Use

run: $(INSTALLED) ## install, index the documents, serve http://127.0.0.1:8000
	@$(PY) -m indexing; case $$? in \
	0) ;; \
	1) echo "Some documents could not be indexed; the table above says why. Serving the others." ;; \
	2) echo "Nothing was indexed: a setting is wrong (see above)." >&2; exit 2 ;; \
	3) echo "Another indexing job is at work. Wait until it is done, or run make serve." >&2; exit 3 ;; \
	5) echo "Many documents are gone from the folder, so the index stays as it is (see above). make serve serves it." >&2; \
		exit 5 ;; \
	6) echo "There is no document yet. Serving all the same: put files into the folder, or add them on the page." ;; \
	70) echo "The indexing job broke off (see above). make serve serves the last index, if there is one." >&2; exit 70 ;; \
	*) echo "No index could be published (see above). make serve serves the last one, if there is one." >&2; exit 4 ;; \
	esac; exec $(PY) -m server

install: $(INSTALLED) ## make .venv and install the requirements
	@echo "Installed. Next: make run"

index: $(INSTALLED) ## bring the index up to date with the folder: make index [DOCUMENTS=dir] [ARGS=--dry-run]
	@$(PY) -m indexing $(ARGS)

reindex: $(INSTALLED) ## build the index anew, for another embedding model or chunk size
	@$(PY) -m indexing --fresh

watch: $(INSTALLED) ## index whenever the documents change, until Ctrl-C
	@$(PY) -m indexing --watch

rollback: $(INSTALLED) ## make the index before the current one answer again: make rollback [ARGS=NUMBER]
	@$(PY) -m indexing --rollback $(ARGS)

verify: $(INSTALLED) ## prove that folder, catalogue, vectors and lexical index agree; list every difference
	@$(PY) -m indexing --verify

repair: $(INSTALLED) ## mend what make verify lists
	@$(PY) -m indexing --repair

backup: $(INSTALLED) ## write the index and what the server keeps into one file: make backup TO=pagewise.tar
	@if [ -z "$$BACKUP_TO" ]; then echo 'Into which file? make backup TO=pagewise.tar' >&2; exit 2; fi
	@$(PY) -m indexing --backup "$$BACKUP_TO"

restore: $(INSTALLED) ## make the index of a backup anew in an empty INDEX_DIR: make restore FROM=pagewise.tar
	@if [ -z "$$BACKUP_FROM" ]; then echo 'From which file? make restore FROM=pagewise.tar' >&2; exit 2; fi
	@$(PY) -m indexing --restore "$$BACKUP_FROM"

publish: $(INSTALLED) ## let the index answer at another place as well: make publish TO=/mnt/shared/index
	@if [ -z "$$BACKUP_TO" ]; then echo 'Where? make publish TO=/mnt/shared/index' >&2; exit 2; fi
	@$(PY) -m indexing --publish "$$BACKUP_TO"

fetch: $(INSTALLED) ## let the index of another place answer here: make fetch FROM=s3://bucket/index
	@if [ -z "$$BACKUP_FROM" ]; then echo 'From where? make fetch FROM=s3://bucket/index' >&2; exit 2; fi
	@$(PY) -m indexing --fetch "$$BACKUP_FROM"

report: $(INSTALLED) ## show what is indexed: documents, pages without text, failures with the next step
	@$(PY) -m indexing --report || [ $$? -eq 1 ] # 1: the list names documents that could not be read

serve: $(INSTALLED) ## answer questions on http://127.0.0.1:8000 from the published index
	@exec $(PY) -m server

ask: $(INSTALLED) ## answer one question here: make ask Q="what is the GRPO?"
	@if [ -z "$$QUESTION" ]; then echo 'Which question? make ask Q="what is the GRPO?"' >&2; exit 2; fi
	@$(PY) -m server ask "$$QUESTION"

replay: $(INSTALLED) ## ask the question of an evidence pack again: make replay PACK=answer.zip
	@if [ -z "$$PACK_FILE" ]; then echo 'Which pack? make replay PACK=answer.zip' >&2; exit 2; fi
	@$(PY) -m server replay "$$PACK_FILE"

questions: $(INSTALLED) ## propose questions that measure your folder; accept them at /questions: make questions
	@$(PY) -m server questions $(ARGS)

doctor: $(INSTALLED) ## check settings, key, language model, embedding model and index; say what to do
	@$(PY) -m server doctor

## ---- Develop

test: $(INSTALLED_DEV) ## run the tests on all processor cores: make test [PYTEST_ARGS="-k citations -n 0"]
	@$(PY) -m pytest $(IN_PARALLEL) $(PYTEST_ARGS)

cov: $(INSTALLED_DEV) ## run the tests and show which lines none of them runs
	@$(PY) -m pytest $(IN_PARALLEL) --cov --cov-report=term-missing:skip-covered $(PYTEST_ARGS)

check: lint typecheck supply-chain test ## what CI runs: lint, typecheck, the packages of others, test

lint: $(INSTALLED_DEV) ## check format and style
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(VENV)/bin/lint-imports --no-logo

format: $(INSTALLED_DEV) ## put the code into the project's format
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

typecheck: $(INSTALLED_DEV) ## check the types
	@$(PY) -m mypy

eval: $(INSTALLED_DEV) ## measure retrieval quality
	@$(PY) -m benchmarks.quality $(ARGS)

bench: $(INSTALLED_DEV) ## measure speed
	@$(PY) -m benchmarks.speed $(ARGS)

soak: $(INSTALLED_DEV) ## run the long tests
	@$(PY) -m pytest -m soak --timeout 3600 $(PYTEST_ARGS)

clients: $(PY) ## install clients of the OpenAI protocol in .venv-clients, for the tests that ask through them
	@test -x $(CLIENTS)/bin/python || $(PY) -m venv $(CLIENTS)
	@$(CLIENTS)/bin/python -m pip --disable-pip-version-check -qq install -r requirements-clients.txt
	@cp tests/server/clients/package.json $(CLIENTS)/
	@if command -v npm >/dev/null; then npm install --prefix $(CLIENTS) --no-package-lock --no-audit --no-fund --silent; \
		else echo "note: there is no npm here; the tests with clients in JavaScript will be skipped"; fi

client: $(INSTALLED_DEV) ## write the Python client in clients/python from the OpenAPI document
	@$(PY) -m tools.python_client

docs: $(INSTALLED_DEV) ## write docs/settings.md and docs/faults.md from the code and the tests
	@$(PY) -m tools.settings_page
	@$(PY) -m tools.faults_page

sample-documents: $(INSTALLED_DEV) ## make the PDF and Word files in documents/ from their sources
	@$(PY) -m tools.sample_documents

release-tools: $(PY) ## install what looks at others' packages in .venv-release
	@test -x $(RELEASE)/bin/python || $(PY) -m venv $(RELEASE)
	@$(RELEASE)/bin/python -m pip --disable-pip-version-check -qq install -r requirements-release.txt \
		|| echo "note: they could not be installed here"

supply-chain: audit licences ## known vulnerabilities and licences of what is installed

audit: $(INSTALLED_DEV) release-tools ## look up known vulnerabilities of what is installed; a note where there is no network
	@$(PY) -m tools.supply_chain audit

licences: $(INSTALLED_DEV) release-tools ## list the licences of what is installed; fails for one that is not allowed
	@$(PY) -m tools.supply_chain licences

sbom: $(INSTALLED_DEV) release-tools ## write the parts list of what runs: sbom.json, in CycloneDX
	@$(PY) -m tools.supply_chain sbom sbom.json

hooks: $(INSTALLED_DEV) ## let git run what make lint runs before every commit
	@$(PY) -m pre_commit install

lock: $(PY) ## resolve the requirements anew and write constraints.txt
	@printf '# Versions of what the direct requirements need in turn; written by make lock, read by every pip install here.\n' \
		> constraints.txt
	@$(PIP) install --upgrade --upgrade-strategy eager -r requirements-dev.txt
	@$(PY) -m pip freeze -q -r requirements.txt -r requirements-dev.txt \
		| sed -e '1,/^## The following requirements were added/d' -e 's/+cpu$$//' >> constraints.txt
	@$(MAKE) --no-print-directory hashes

hashes: release-tools ## write requirements.hashes.txt: the sums of every file of every version, for all platforms
	@UV_FIND_LINKS="$$PIP_FIND_LINKS" $(RELEASE)/bin/uv pip compile --quiet --universal --generate-hashes --no-header --no-annotate \
		--python-version 3.11 requirements.txt -o requirements.hashes.txt

clean: ## remove .venv and caches; the index and the documents stay
	@rm -rf $(VENV) $(CLIENTS) $(RELEASE) .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- set-up

$(PY):
	@for python in $(or $(PYTHON),python3.11 python3 python3.12 python3.13); do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; python=; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Pagewise needs Python 3.11 or newer$(if $(PYTHON),; $(PYTHON) is not). Install it, or name it:" >&2; \
		echo "  make $(or $(MAKECMDGOALS),install) PYTHON=/path/to/python3.11" >&2; exit 1; \
	fi; \
	echo "Making the virtual environment $(VENV) with $$($$python --version)"; \
	$$python -m venv $(VENV) || { rm -rf $(VENV); \
		echo "This Python cannot make virtual environments; on Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

.PHONY: $(OUT_OF_DATE)

$(INSTALLED): | $(PY)
	@echo "Installing the requirements: 2.7 GB on the disk, some minutes, only the first time"
	@$(PY) -m tools.install $(if $(HASHES),requirements.hashes.txt,requirements.txt)
	@echo '$(REQUIRED)' > $@

$(INSTALLED_DEV): | $(INSTALLED)
	@echo "Installing what developing needs: less than a minute, only the first time"
	@$(PY) -m tools.install requirements-dev.txt
	@echo '$(REQUIRED_DEV)' > $@
