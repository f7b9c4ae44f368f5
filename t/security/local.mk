# Attacks on the whole stack from outside.
EXTRA_DIST += t/security/run t/security/raw.py
