"""Decides what clients see of subgraphs' errors."""

from gateway.masking.masking import GENERAL_CODE, ErrorMasking, OwnCode, ShownError

__all__ = ["GENERAL_CODE", "ErrorMasking", "OwnCode", "ShownError"]
