#ifndef SLUICE_SYSTEM_H
#define SLUICE_SYSTEM_H

/// Calls of the system and its libraries that Swift cannot make itself, for lack of variadic functions or of names. Those
/// that answer do so as the C library's functions do: -1, with `errno` saying why.

/// Holds on to `name` in `directory` without opening it for reading or writing (`O_PATH`), so that neither a pipe nor a
/// device notices. The kernel itself refuses links, a way out of the directory and another file system (Linux 5.6);
/// where it is too old, or a sandbox forbids the call, a link is not followed but answered as what it is.
int sluice_open_beneath(int directory, const char *name);

/// Makes the C library give large pieces of memory back to the kernel when they are freed, and keep few heaps. A process
/// that runs for months and whose tables grow piece by piece would else keep what they outgrew.
void sluice_return_memory(void);

/// Has SQLite keep no count of the memory that it takes, which it would under a lock that all connections share, and report
/// the system's errors to `sluice_sqlite_last_errno`. Only before SQLite is used for the first time; later it changes nothing
/// and answers -1, without an `errno`.
int sluice_sqlite_set_up(void);

/// The `errno` of the last call that SQLite says the system refused on this thread, and forgets it; 0 where there was none.
/// `sqlite3_system_errno` is gone with a connection that was never opened.
int sluice_sqlite_last_errno(void);

struct sqlite3;

/// The `errno` of the last call on the database's file, or on its log, that the system refused to `connection`; 0 where there
/// was none. Of a page that cannot be read SQLite says no more than that the database is malformed.
int sluice_sqlite_file_errno(struct sqlite3 *connection);

/// Renames, and fails with EEXIST where something has the new name already.
int sluice_rename_new(int from_directory, const char *from, int to_directory, const char *to);

#endif
