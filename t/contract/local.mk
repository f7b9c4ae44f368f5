# The contract's checks: run by ./check, not by make check, since they need node.
EXTRA_DIST += doc/openapi.yaml t/contract/.npmrc t/contract/check.mjs t/contract/package.json \
	t/contract/package-lock.json t/contract/redocly.yaml t/contract/run t/contract/stock.py
