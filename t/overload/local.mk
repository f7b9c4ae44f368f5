EXTRA_DIST += t/overload/run t/overload/crowd.py
