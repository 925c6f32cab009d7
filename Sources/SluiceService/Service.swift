/// The daemon: an HTTP interface, a spool and a page around one store that it writes to.
public enum Service {}
