/** Adds a chunk of a file. Plan: one insert into the primary key. */
export const INSERT_CHUNK = 'insert into concordat.file_chunks (file, "position", bytes) values ($1, $2, $3)';

/** One chunk of a file. Plan: one primary-key look-up, and its TOAST. */
export const SELECT_CHUNK = 'select bytes from concordat.file_chunks where file = $1 and "position" = $2';

/** All chunks of a file. Plan: a range of the primary key. */
export const DELETE_CHUNKS = "delete from concordat.file_chunks where file = $1";

/** Ids of files after a given one, in order of their making. Plan: the primary key from there on, index only. */
export const CHUNKED_IDS =
  'select file from concordat.file_chunks where file > $1 and "position" = 0 order by file limit $2';
