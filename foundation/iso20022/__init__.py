"""Messages of ISO 20022, which banks send and get as XML: read safely, checked by schema.

`documents` reads what comes from outside, `messages` knows the schemas and writes, and `amounts` converts
between decimals and minor units. What a message means is not known here.
"""
