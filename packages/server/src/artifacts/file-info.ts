import { array, boolean, int64, object, optional, string } from '../http/schema.ts'

/** A file or folder on the wire; a folder has no size. */
export const FileInfo = object({ path: string(), is_dir: boolean(), file_size: optional(int64()) })

export const FileInfos = array(FileInfo)
