"""The configuration keys of Firmware Management (1.6 errata 3.90)."""

from ocppsim.dialects.v16.key import Key, text

KEYS = (Key("SupportedFileTransferProtocols", "FTP,HTTP,HTTPS", text, readonly=True),)
