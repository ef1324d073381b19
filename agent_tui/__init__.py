"""The terminal desk of a bank's or payment company's contact centre."""

__version__ = "0.1.0"
