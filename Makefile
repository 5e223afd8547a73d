# Every target sets up what it needs from a bare Python 3.10 or 3.11, and reuses it the next time.
#   make demo      run the penguin pipeline, from raw CSV to a model that is served and asked
#   make test      run the tests
#   make test-tfx  run those that need the tfx package, where there is a Python 3.10
#   make test-clients  run those that need a client which does not go with our dependencies
#   make test-kfp  run pipelines in containers, compiled ones with a kfp that does not go with our
#                  dependencies; needs a Docker engine and PostgreSQL
#   make check     lint, format, types, import directions
#   make bench     measure against TFX and against the store's floor
#   make clean     remove what the targets above have made
# Another interpreter: make test PYTHON=python3.10

PYTHON ?= python3
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
CONSTRAINTS := constraints/constraints-$(VERSION).txt

VENV := .venv
BIN := $(VENV)/bin
CREATED := $(VENV)/.created-$(VERSION)
READY := $(VENV)/.ready-$(VERSION)

.PHONY: demo test test-tfx test-clients test-kfp check bench clean setup constraints proto
.DELETE_ON_ERROR:

demo: $(READY)
	$(BIN)/python -m pipelines.penguin $(ARGS)

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

test-tfx: $(READY)
	$(BIN)/python -m tests.tfx_lane $(ARGS)

test-clients: $(READY) .venv-clients/.ready
	$(BIN)/python -m pytest tests/serving/server/test_min_tfs_client.py $(ARGS)

test-kfp: $(READY) .venv-kfp/.ready
	$(BIN)/python -m pytest -n 2 --dist worksteal tests/runners/kubeflow/local $(ARGS)

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(if $(wildcard tests/typing),$(BIN)/pyright)

bench: $(READY)
	$(BIN)/python -m benchmarks $(ARGS)

setup: $(READY)

clean:
	rm -rf .venv .venv-tfx .venv-proto .venv-clients .venv-kfp .cache build dist .mypy_cache .pytest_cache .ruff_cache \
	    .import_linter_cache .hypothesis .plib
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A virtual environment of another Python version is replaced.
$(CREATED):
	@case "$(VERSION)" in \
	3.10 | 3.11) ;; \
	'') echo "make: cannot run '$(PYTHON)'. Install Python 3.10 or 3.11," \
	        "or name one: make PYTHON=/path/to/python3.11" >&2; exit 1 ;; \
	*) echo "make: '$(PYTHON)' is Python $(VERSION); pipeline-lib's dependencies exist for" \
	        "3.10 and 3.11. Name one of these: make PYTHON=python3.11" >&2; exit 1 ;; \
	esac
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c $(CONSTRAINTS) uv
	touch $@

# Compiled here, as pip would: each process would do it again where bytecode may not be written.
$(READY): $(CREATED) pyproject.toml $(wildcard $(CONSTRAINTS))
	$(BIN)/uv pip install --compile-bytecode --python $(BIN)/python --editable '.[dev]' \
	    --constraints $(CONSTRAINTS) --build-constraints $(CONSTRAINTS)
	touch $@

# The pins that are there are kept where they fit; remove a line, or the file, to move on.
constraints: $(READY)
	for version in 3.10 3.11; do \
	    $(BIN)/uv pip compile --quiet pyproject.toml --all-extras --python-version $$version \
	        --no-annotate --no-header -o constraints/constraints-$$version.txt || exit 1; \
	done

# protoc 4.25, the oldest whose output today's protobuf takes; its grpcio-tools needs a protobuf of
# its own, so it has a virtual environment of its own.
proto: .venv-proto/.ready
	.venv-proto/bin/python -m grpc_tools.protoc -I . --python_out=. \
	    pipeline_lib/ir/pipeline.proto
	.venv-proto/bin/python -m grpc_tools.protoc -I . --python_out=. --pyi_out=. \
	    pipeline_lib/render/payloads.proto pipeline_lib/serving/server/config_messages.proto \
	    pipeline_lib/tfx/proto/messages.proto

# A client of TensorFlow Serving that brings messages of its own under our names, made by a protoc
# whose output today's protobuf refuses.
.venv-clients/.ready:
	$(PYTHON) -m venv --clear .venv-clients
	.venv-clients/bin/python -m pip install --quiet --disable-pip-version-check \
	    'min-tfs-client==1.0.2' 'protobuf<3.21'
	touch $@

# The kfp whose local executor knows conditions, loops and exit handlers; its protobuf is not ours.
.venv-kfp/.ready:
	$(PYTHON) -m venv --clear .venv-kfp
	.venv-kfp/bin/python -m pip install --quiet --disable-pip-version-check 'kfp==2.17.0' docker
	touch $@

.venv-proto/.ready:
	$(PYTHON) -m venv --clear .venv-proto
	.venv-proto/bin/python -m pip install --quiet --disable-pip-version-check \
	    'grpcio-tools==1.62.3' 'setuptools<80'
	touch $@
