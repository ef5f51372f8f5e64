"""What clients see of the errors of subgraphs."""

from gateway.masking.masking import GENERAL_CODE, ErrorMasking, ShownError

__all__ = ["GENERAL_CODE", "ErrorMasking", "ShownError"]
