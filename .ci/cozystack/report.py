# SPDX-License-Identifier: Apache-2.0
"""Counts what was checked and prints what failed."""


class Report:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def expect(self, name, problem):
        """Counts one check. `problem` says what is wrong, and is empty or None if nothing is."""
        if problem:
            self.failed += 1
            print(f"FAILED {name}: {problem}")
        else:
            self.passed += 1

    def holds(self, name, validate):
        """Counts one check that fails by raising."""
        try:
            validate()
        except Exception as error:  # pylint: disable=broad-except
            self.expect(name, " ".join(str(error).split())[:500] or type(error).__name__)
        else:
            self.expect(name, None)
