"""The REST interface `/api/v1`: the same office, the same permissions and the same door as the pages, for programs."""
