"""What the Python suites share, as ask.sh does for the shell's: a counted check, and the summary."""

passed = failed = 0


def tell(title, good, got):
    """Counts a check; one that is not good is printed, with what came instead.  Gives `good` back."""
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"FAILED: {title}\n  got: {got!r}")
    return good


def summary(name=""):
    """Prints the last line; the exit status of it all."""
    print(f"{name and name + ': '}{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
