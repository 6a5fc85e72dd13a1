"""Carries the prebuilt JupyterLab extension of fxquant; there is nothing to call from Python."""


def _jupyter_labextension_paths():
    return [{"src": "labextension", "dest": "fxquant"}]
