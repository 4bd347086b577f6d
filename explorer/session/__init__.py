"""A session's state without any user interface: the document, what may be asked of it, the conversation about it."""
