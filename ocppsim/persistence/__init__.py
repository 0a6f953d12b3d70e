"""Files of stations: in the shape of SAP's simulator, with what is lost there."""
