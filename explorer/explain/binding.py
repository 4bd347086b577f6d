"""How tightly what was printed holds together: whatever binds less tightly than its place asks for gets parentheses."""

SUM, PRODUCT, PREFIX, POSTFIX, ATOM = range(5)
