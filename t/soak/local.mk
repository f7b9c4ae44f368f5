# The soak: hours of load in which nothing may pile up. By hand.
EXTRA_DIST += t/soak/run t/soak/sample
