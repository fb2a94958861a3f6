"""How a run is started, resumed and recorded."""
