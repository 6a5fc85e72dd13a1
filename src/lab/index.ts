// The JupyterLab extension: one plugin per capability.
export default [];
