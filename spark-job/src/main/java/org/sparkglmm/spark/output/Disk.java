package org.sparkglmm.spark.output;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;

/**
 * What the writers ask of a file system beyond Hadoop's interface: links that are not followed, moves that replace nothing by accident,
 * bytes that are on the disk and not only on their way to it, modes from the first moment. A machine's own file system has them; of
 * others each gives what it has.
 */
final class Disk {
    private final FileSystem files;

    private Disk(FileSystem files) {
        this.files = files;
    }

    static Disk of(FileSystem files) {
        return new Disk(files);
    }

    /** What a thing in a folder is. */
    enum Kind {
        FILE,
        FOLDER,
        /** A link, a pipe: nothing that this program writes. */
        OTHER
    }

    /**
     * A thing in a folder.
     *
     * @param path from the folder on, with slashes
     * @param bytes of a file
     * @param modified milliseconds since 1970
     */
    record Entry(String path, Kind kind, long bytes, long modified) {}

    /** The path as this machine knows it; null where the file system is another's. */
    java.nio.file.Path local(Path path) {
        if (!(files instanceof LocalFileSystem own)) {
            return null;
        }
        try {
            return own.pathToFile(path).toPath();
        } catch (InvalidPathException e) {
            // A name that the locale has no characters for: only Hadoop's way is left.
            return null;
        }
    }

    /** Everything in a folder at any depth, hidden or not, each before what is in it; empty if it is not there. */
    List<Entry> entries(Path folder) throws IOException {
        List<Entry> out = new ArrayList<>();
        java.nio.file.Path root = local(folder);
        if (root == null) {
            list(folder, "", out);
        } else if (Files.isDirectory(root)) {
            walk(root, out);
        }
        return out;
    }

    private void list(Path folder, String prefix, List<Entry> into) throws IOException {
        FileStatus[] found;
        try {
            found = files.listStatus(folder);
        } catch (FileNotFoundException e) {
            return;
        }
        for (FileStatus file : found) {
            String path = prefix + file.getPath().getName();
            Kind kind = file.isSymlink() ? Kind.OTHER : file.isDirectory() ? Kind.FOLDER : Kind.FILE;
            into.add(new Entry(path, kind, file.getLen(), file.getModificationTime()));
            if (kind == Kind.FOLDER) {
                list(file.getPath(), path + "/", into);
            }
        }
    }

    private static void walk(java.nio.file.Path root, List<Entry> into) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(java.nio.file.Path folder, BasicFileAttributes attributes) {
                if (!folder.equals(root)) {
                    add(folder, Kind.FOLDER, attributes);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(java.nio.file.Path file, BasicFileAttributes attributes) {
                add(file, attributes.isRegularFile() ? Kind.FILE : Kind.OTHER, attributes);
                return FileVisitResult.CONTINUE;
            }

            private void add(java.nio.file.Path at, Kind kind, BasicFileAttributes attributes) {
                String path = root.relativize(at).toString().replace('\\', '/');
                into.add(new Entry(
                        path,
                        kind,
                        attributes.size(),
                        attributes.lastModifiedTime().toMillis()));
            }
        });
    }

    /** Whether it is a folder, and no link to one. */
    boolean isFolder(Path path) throws IOException {
        java.nio.file.Path own = local(path);
        return own != null
                ? Files.isDirectory(own, LinkOption.NOFOLLOW_LINKS)
                : files.getFileStatus(path).isDirectory();
    }

    /** Gives something another name. What has that name already stays, unless it is an empty folder. */
    void rename(Path from, Path to) throws IOException {
        java.nio.file.Path a = local(from);
        java.nio.file.Path b = local(to);
        if (a != null && b != null) {
            // Hadoop's own way would copy into a folder that is there.
            if (!Files.isDirectory(a) && Files.exists(b)) {
                throw new FileAlreadyExistsException(b.toString());
            }
            Files.move(a, b, StandardCopyOption.ATOMIC_MOVE);
        } else if (!files.rename(from, to)) {
            throw new IOException("rename failed");
        }
    }

    /**
     * Gives a file a name that another may have.
     *
     * @param replace whether that one gives way; otherwise the rename fails
     */
    void renameFile(Path from, Path to, boolean replace) throws IOException {
        java.nio.file.Path a = local(from);
        java.nio.file.Path b = local(to);
        if (a != null && b != null && replace) {
            Files.move(a, b, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } else if (a != null && b != null) {
            try {
                Files.createLink(b, a);
            } catch (FileAlreadyExistsException e) {
                throw e;
            } catch (IOException | UnsupportedOperationException e) {
                // No second names here, so it is looked at and then moved.
                rename(from, to);
                return;
            }
            Files.delete(a);
        } else {
            if (replace) {
                files.delete(to, false);
            }
            rename(from, to);
        }
    }

    /** Removes one file. */
    void deleteFile(Path file) throws IOException {
        java.nio.file.Path own = local(file);
        if (own != null) {
            Files.deleteIfExists(own);
        } else {
            files.delete(file, false);
        }
    }

    /** Removes a folder, if nothing is in it. */
    void deleteEmpty(Path folder) throws IOException {
        java.nio.file.Path own = local(folder);
        if (own != null) {
            try {
                Files.deleteIfExists(own);
            } catch (DirectoryNotEmptyException e) {
                return;
            }
        } else if (files.exists(folder) && files.listStatus(folder).length == 0) {
            files.delete(folder, false);
        }
    }

    /** The folder with that name, for its owner's eyes only where the file system has modes. */
    void makePrivateFolder(Path folder) throws IOException {
        java.nio.file.Path own = local(folder);
        if (own == null || !hasModes(own)) {
            files.mkdirs(folder);
            return;
        }
        Set<PosixFilePermission> mode = PosixFilePermissions.fromString("rwx------");
        if (Files.isDirectory(own)) {
            Files.setPosixFilePermissions(own, mode);
        } else {
            Files.createDirectory(own, PosixFilePermissions.asFileAttribute(mode));
        }
    }

    /** Makes a new file for its owner's eyes only, where the file system has modes. */
    void createPrivate(Path file, byte[] content) throws IOException {
        java.nio.file.Path own = local(file);
        if (own == null || !hasModes(own)) {
            OutputFile.create(files, file, content);
            return;
        }
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        Set<PosixFilePermission> mode = PosixFilePermissions.fromString("rw-------");
        try (FileChannel out = FileChannel.open(own, options, PosixFilePermissions.asFileAttribute(mode))) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            out.force(true);
        }
    }

    private static boolean hasModes(java.nio.file.Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Has a folder's files and names on the disk; elsewhere than here they are what the file system made of them when they were closed. */
    void force(Path folder, List<Entry> entries) throws IOException {
        java.nio.file.Path root = local(folder);
        if (root == null) {
            return;
        }
        try {
            entries.stream()
                    .parallel()
                    .filter(e -> e.kind() == Kind.FILE)
                    .forEach(e -> forceFile(root.resolve(e.path())));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Entry entry : entries) {
            if (entry.kind() == Kind.FOLDER) {
                forceNames(root.resolve(entry.path()));
            }
        }
        forceNames(root);
    }

    /** Has a file on the disk. */
    void forceFile(Path file) throws IOException {
        java.nio.file.Path own = local(file);
        if (own != null) {
            try {
                forceFile(own);
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }
    }

    /** Has the names in a folder on the disk. */
    void forceNames(Path folder) {
        java.nio.file.Path own = local(folder);
        if (own != null) {
            forceNames(own);
        }
    }

    private static void forceFile(java.nio.file.Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void forceNames(java.nio.file.Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows and some network file systems have this for files only; a disk that fails has said so at the
            // files before.
            return;
        }
    }

    /** Where a path leads when all links on the way have been followed, also if there is nothing yet. */
    Path real(Path path) throws IOException {
        java.nio.file.Path own = local(path);
        return own == null ? path : new Path(files.getScheme(), null, real(own).toString());
    }

    private static java.nio.file.Path real(java.nio.file.Path path) throws IOException {
        java.nio.file.Path absolute = path.toAbsolutePath();
        try {
            return absolute.toRealPath();
        } catch (NoSuchFileException e) {
            if (Files.isSymbolicLink(absolute)) {
                return real(absolute.resolveSibling(Files.readSymbolicLink(absolute)));
            }
            java.nio.file.Path parent = absolute.getParent();
            java.nio.file.Path name = absolute.getFileName();
            return parent == null || name == null
                    ? absolute
                    : real(parent).resolve(name).normalize();
        }
    }
}
