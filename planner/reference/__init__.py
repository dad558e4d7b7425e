"""The pages of docs/reference, written from declarations and docstrings."""
