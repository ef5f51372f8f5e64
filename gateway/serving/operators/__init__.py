"""The operators' port: metrics and readiness of all workers, served by the process that started them."""

from gateway.serving.operators.port import OperatorsPort, OperatorsPortError, operators_port
from gateway.serving.operators.worker import report_to

__all__ = ["OperatorsPort", "OperatorsPortError", "operators_port", "report_to"]
