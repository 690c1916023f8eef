package org.sparkglmm.spark.output;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.StreamCapabilities;

/** A single result file that is there whole or not at all. */
public final class OutputFile {
    private OutputFile() {}

    /** Writes a file, and has every failure an IOException: on local disks Hadoop makes an error of a full one. */
    static void create(FileSystem files, Path path, byte[] content) throws IOException {
        try (FSDataOutputStream out = files.create(path, true)) {
            out.write(content);
            // On this machine the writers force all their files together, or do it themselves.
            if (!(files instanceof LocalFileSystem) && out.hasCapability(StreamCapabilities.HSYNC)) {
                out.hsync();
            }
        } catch (FSError e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e);
        }
    }

    /** Removes a file; a link to it stays. */
    public static void remove(String path, Configuration configuration) throws IOException {
        Path file = new Path(path);
        FileSystem files = file.getFileSystem(configuration);
        Disk disk = Disk.of(files);
        disk.deleteFile(disk.real(files.makeQualified(file)));
    }

    /**
     * Writes a text under a hidden name, which becomes its own in the end, when it is on the disk. A link stays one: what it leads to is
     * written.
     *
     * @param replace whether a file that is there may be replaced: only where this program wrote it
     * @throws OutputFolder.Exists if it is there and may not
     */
    public static void write(String path, String text, boolean replace, Configuration configuration) {
        Path target = new Path(path);
        try {
            FileSystem files = target.getFileSystem(configuration);
            // No checksum file beside ours on local disks.
            files.setWriteChecksum(false);
            Disk disk = Disk.of(files);
            target = disk.real(files.makeQualified(target));
            if (files.exists(target) && !(replace && files.getFileStatus(target).isFile())) {
                throw new OutputFolder.Exists(target, "; choose another name or remove it");
            }
            Path hidden = new Path(
                    target.getParent(),
                    "." + target.getName() + ".writing-"
                            + UUID.randomUUID().toString().substring(0, 8));
            try {
                create(files, hidden, text.getBytes(StandardCharsets.UTF_8));
                disk.forceFile(hidden);
                disk.renameFile(hidden, target, replace);
                disk.forceNames(target.getParent());
            } catch (FileAlreadyExistsException e) {
                throw new OutputFolder.Exists(target, "; choose another name or remove it");
            } finally {
                files.delete(hidden, false);
            }
        } catch (IOException e) {
            throw new OutputFolder.NotWritable(target, e);
        }
    }

    /**
     * Writes a file of a folder that is complete anew. What is there under that name, if it is not as this program wrote it, keeps its
     * content under another.
     *
     * @return what somebody must know, in words; empty if nothing
     */
    public static String writeAgain(String folder, String name, String text, Configuration configuration) {
        Path target = new Path(folder, name);
        String kept = "";
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        try {
            FileSystem files = target.getFileSystem(configuration);
            Path root = Disk.of(files).real(files.makeQualified(new Path(folder)));
            target = new Path(root, name);
            Disk disk = Disk.of(files);
            List<Disk.Entry> entries = disk.entries(root);
            Inventory own = Inventory.find(files, root, entries);
            Disk.Entry there = entries.stream()
                    .filter(e -> e.path().equals(name))
                    .findFirst()
                    .orElse(null);
            if (there != null && there.kind() == Disk.Kind.FILE && Arrays.equals(content, read(files, target))) {
                return kept;
            }
            if (there != null && !(own != null && own.owns(there))) {
                Path aside =
                        target.suffix(".kept-" + UUID.randomUUID().toString().substring(0, 8));
                disk.rename(target, aside);
                kept = "the " + name + " that was there was not as this program wrote it; it is now "
                        + aside.toUri().getPath();
            }
            write(target.toString(), text, true, configuration);
            if (own != null) {
                Inventory now = own.with(name, content.length);
                if (entries.stream().anyMatch(e -> e.path().equals(Manifest.NAME) && own.owns(e))) {
                    now = now.with(Manifest.NAME, Manifest.rewrite(files, root, name, content));
                }
                write(new Path(root, Inventory.NAME).toString(), now.text(), true, configuration);
            }
            return kept;
        } catch (IOException e) {
            throw new OutputFolder.NotWritable(target, e);
        }
    }

    private static byte[] read(FileSystem files, Path file) throws IOException {
        try (InputStream in = files.open(file)) {
            return in.readAllBytes();
        }
    }
}
