"""Our signs where the terminal has fewer."""


def spelled(text: str, encoding: str) -> str:
    """The text in signs that the encoding has, each in the same place."""
    if encoding.lower().startswith("utf"):
        return text
    return text.translate(_IN_ASCII).encode(encoding, "replace").decode(encoding)


_IN_ASCII = str.maketrans("○◐●◇◆◑◎×·↻■✗─▰▱…→▁▂▃▄▅▆▇█", "o+*vs-@x|~=X-=.~>._,-=+*#")
