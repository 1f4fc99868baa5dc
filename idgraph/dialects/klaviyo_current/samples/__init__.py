"""Requests of the current API as they go over the wire, with made-up values."""

from idgraph.dialects.klaviyo_current.samples import private, public

SAMPLES = (
    *private.PROFILES,
    *private.EVENTS,
    *private.OTHERS,
    *public.PROFILES,
    *public.EVENTS,
)
