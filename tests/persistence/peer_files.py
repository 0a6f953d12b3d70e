"""Files of stations as SAP's simulator leaves them, of three years; made for these tests."""

from copy import deepcopy
from hashlib import sha384
from typing import Any

from ocppsim.config.compact import compact
from ocppsim.csms.findings import Breach
from tests.config.bench import LEAST

TEMPLATE: dict[str, Any] = {
    "baseName": "CS",
    "chargePointModel": "Model",
    "chargePointVendor": "Vendor",
    "chargePointSerialNumberPrefix": "P",
    "chargeBoxSerialNumberPrefix": "B",
    "power": [11000, 22000],
    "resetTime": 30,
    "Configuration": {
        "configurationKey": [
            {"key": "MeterValueSampleInterval", "readonly": False, "value": "30"},
            {"key": "Vendor.Colour", "readonly": False, "value": "red"},
        ]
    },
    "AutomaticTransactionGenerator": {"enable": False, "minDuration": 60, "maxDuration": 80},
    "Connectors": {"0": {}, "1": {"MeterValues": [{"unit": "V", "measurand": "Voltage"}]}, "2": {}},
}
EVSES = {name: value for name, value in TEMPLATE.items() if name != "Connectors"} | {
    "Connectors": None,
    "Evses": {
        "0": {"Connectors": {"0": {}}},
        "1": {"MeterValues": [{"measurand": "Voltage"}], "Connectors": {"1": {}}},
        "2": {"Connectors": {"2": {}}},
    },
}
OF_OTHERS = [Breach.UNKNOWN_TRANSACTION]
"""The transaction of the files began at another central system."""

SUFFIX = "0123456789ABCDEF0123456789ABCDEF"

INFO: dict[str, Any] = {
    "baseName": "CS",
    "chargePointModel": "Model",
    "chargePointVendor": "Vendor",
    "resetTime": 30_000,
    "templateIndex": 1,
    "templateName": "test",
    "chargingStationId": "CS-00001",
    "chargePointSerialNumber": f"P{SUFFIX}",
    "chargeBoxSerialNumber": f"B{SUFFIX}",
    "maximumPower": 11_000,
    "maximumAmperage": 8,
}


def key(name: str, value: str, **more: object) -> dict[str, object]:
    return {"key": name, "readonly": False, "value": value, "visible": True, "reboot": False, **more}


KEYS = [
    key("MeterValueSampleInterval", "20"),
    key("Vendor.Colour", "blue"),
    key("Vendor.Added", "new", reboot=True),
    key("Vendor.Hidden", "shy", visible=False),
    key("HeartBeatInterval", "90", visible=False),
    key("HeartbeatInterval", "90"),
    key("NumberOfConnectors", "2", readonly=True),
    key("SupportedFeatureProfiles", "Core,LocalAuthListManagement,RemoteTrigger"),
    key("MeterValuesSampledData", "Energy.Active.Import.Register,Voltage"),
]

IDLE: dict[str, Any] = {
    "availability": "Operative",
    "idTagAuthorized": False,
    "idTagLocalAuthorized": False,
    "transactionStarted": False,
    "transactionRemoteStarted": False,
    "energyActiveImportRegisterValue": 0,
    "transactionEnergyActiveImportRegisterValue": 0,
    "chargingProfiles": [],
}
RUNNING = IDLE | {
    "status": "Charging",
    "energyActiveImportRegisterValue": 5_400,
    "transactionEnergyActiveImportRegisterValue": 400,
    "transactionStarted": True,
    "transactionId": 77,
    "transactionIdTag": "DRIVER",
    "transactionStart": "2025-12-31T23:00:00.000Z",
    "MeterValues": [{"unit": "V", "measurand": "Voltage"}],
}
BROKEN = IDLE | {"availability": "Inoperative", "energyActiveImportRegisterValue": 1_234.5}

STATUS: dict[str, Any] = {
    "start": True,
    "startDate": "2025-12-31T23:00:00.000Z",
    "lastRunDate": "2025-12-31T23:10:00.000Z",
    "stopDate": "2025-12-31T23:15:00.000Z",
    "startTransactionRequests": 5,
    "acceptedStartTransactionRequests": 4,
    "rejectedStartTransactionRequests": 1,
    "skippedTransactions": 2,
    "skippedConsecutiveTransactions": 1,
}


def file_2022() -> dict[str, Any]:
    """Station and keys alone; a hash of the template there was."""
    content = {"stationInfo": INFO | {"infoHash": "old", "templateHash": hash_of(TEMPLATE)}}
    return hashed(content | {"configurationKey": KEYS})


def file_2024(template: dict[str, Any] = TEMPLATE) -> dict[str, Any]:
    content = {
        "stationInfo": INFO | {"templateHash": hash_of(template)},
        "configurationKey": KEYS,
        "automaticTransactionGenerator": {"enable": False, "minDuration": 60, "maxDuration": 80},
        "automaticTransactionGeneratorStatuses": [STATUS, {"start": False, "skippedTransactions": 9}],
        "connectorsStatus": [IDLE, RUNNING, BROKEN],  # entries numbered from 0 on
    }
    return hashed(content)


def file_now() -> dict[str, Any]:
    """Of 4.11: pairs, and a hash of the template that only that program can make."""
    content = {
        "stationInfo": INFO
        | {"templateHash": f"sha384:1:{'5' * 96}", "ocppVersion": "1.6", "supervisionUrls": "ws://other/"},
        "configurationKey": KEYS,
        "automaticTransactionGenerator": {"enable": False, "minDuration": 60, "maxDuration": 80},
        "automaticTransactionGeneratorStatuses": [STATUS, {"start": False, "skippedTransactions": 9}],
        "connectorsStatus": [[0, IDLE], [1, RUNNING], [2, BROKEN]],
    }
    return hashed(content)


def file_of_evses() -> dict[str, Any]:
    content = file_now()
    del content["connectorsStatus"], content["configurationHash"]
    content["evsesStatus"] = [
        [0, {"availability": "Operative", "connectorsStatus": [[0, IDLE]]}],
        [1, {"availability": "Operative", "connectorsStatus": [[1, RUNNING]]}],
        [2, {"availability": "Inoperative", "connectorsStatus": [[2, BROKEN]]}],
    ]
    return hashed(content)


def hash_of(template: dict[str, Any]) -> str:
    """As of 2022 and 2024, of the template as the bench writes it."""
    content = {name: value for name, value in (LEAST | template).items() if value is not None}
    return sha384(compact(content).encode()).hexdigest()


def hashed(content: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = deepcopy(content)
    return made | {"configurationHash": sha384(compact(content).encode()).hexdigest()}
