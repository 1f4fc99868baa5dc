"""What every dialect shares: exchanges, exact JSON, the wire's encodings, identifiers."""

from idgraph.dialects.base.exact_json import Number, decode, decode_at
from idgraph.dialects.base.exchanges import (
    Dialect,
    Exchange,
    Sample,
    channel_of,
    exchange_from,
    headers_of,
)
from idgraph.dialects.base.faults import (
    NOT_CALLS,
    REJECTS,
    NotACall,
    Notes,
    RejectRow,
    Scalar,
    label,
    moment,
    text,
)
from idgraph.dialects.base.identity import identifier, identifiers
from idgraph.dialects.base.wire import data_object, form_fields, form_texts

__all__ = [
    "NOT_CALLS",
    "REJECTS",
    "Dialect",
    "Exchange",
    "NotACall",
    "Notes",
    "Number",
    "RejectRow",
    "Sample",
    "Scalar",
    "channel_of",
    "data_object",
    "decode",
    "decode_at",
    "exchange_from",
    "form_fields",
    "form_texts",
    "headers_of",
    "identifier",
    "identifiers",
    "label",
    "moment",
    "text",
]
