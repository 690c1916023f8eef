package org.sparkglmm.spark.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkglmm.spark.output.Disk.Entry;
import org.sparkglmm.spark.output.Disk.Kind;

/**
 * Which files a folder holds that this program wrote, at any depth, with their lengths: the proof that they may be replaced. It lies in the
 * folder under {@link #NAME}, which Spark's readers pass over; where that is missing, a fit's manifest says the same.
 */
final class Inventory {
    /** The file's name. */
    static final String NAME = "_spark_glmm";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String PROGRAM = "spark-glmm";
    private static final long LONGEST = 256L << 20;

    /** Path from the folder on → length. */
    private final Map<String, Long> files;

    private Inventory(Map<String, Long> files) {
        this.files = files;
    }

    /** Of a folder as it is, whose every file is ours. */
    static Inventory of(List<Entry> entries) {
        Map<String, Long> files = new TreeMap<>();
        for (Entry entry : entries) {
            if (entry.kind() == Kind.FILE && !entry.path().equals(NAME)) {
                files.put(OutputFolder.lastingName(entry.path()), entry.bytes());
            }
        }
        return new Inventory(files);
    }

    /** The same with another length of one file. */
    Inventory with(String path, long bytes) {
        Map<String, Long> changed = new TreeMap<>(files);
        changed.put(path, bytes);
        return new Inventory(changed);
    }

    /** The file's text. */
    String text() {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("program", PROGRAM + " " + ModelFile.version());
        ArrayNode list = root.putArray("files");
        files.forEach((path, bytes) -> list.addObject().put("file", path).put("bytes", bytes));
        try {
            return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** That of a folder; null if nothing in it says that this program wrote it. */
    static Inventory find(FileSystem system, Path folder, List<Entry> entries) throws IOException {
        String mark = read(system, new Path(folder, NAME));
        Inventory own = mark == null ? null : parse(mark, "files");
        if (own != null) {
            return own;
        }
        String manifest = read(system, new Path(folder, Manifest.NAME));
        Inventory ofManifest = manifest == null ? null : parse(manifest, "outputs");
        if (ofManifest != null) {
            // It cannot hold its own length.
            return entries.stream()
                    .filter(e -> e.path().equals(Manifest.NAME))
                    .findFirst()
                    .map(e -> ofManifest.with(Manifest.NAME, e.bytes()))
                    .orElse(ofManifest);
        }
        return mark == null || mark.isBlank() ? null : ofNames(mark, entries);
    }

    private static Inventory parse(String text, String list) {
        try {
            JsonNode root = MAPPER.readTree(text);
            JsonNode given = root.path(list);
            if (!root.path("program").asText().startsWith(PROGRAM) || !given.isArray() || given.isEmpty()) {
                return null;
            }
            Map<String, Long> files = new TreeMap<>();
            for (JsonNode file : given) {
                if (!file.path("file").isTextual() || !file.path("bytes").isIntegralNumber()) {
                    return null;
                }
                files.put(file.path("file").asText(), file.path("bytes").asLong());
            }
            return new Inventory(files);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /**
     * That of a folder whose mark, of an earlier version, lists names alone: of those, and of Spark's part files below them, what was not
     * touched since the mark was written.
     */
    private static Inventory ofNames(String mark, List<Entry> entries) {
        Set<String> names = new HashSet<>(mark.lines().toList());
        long written = entries.stream()
                .filter(e -> e.path().equals(NAME))
                .mapToLong(Entry::modified)
                .findFirst()
                .orElse(0);
        Map<String, Long> files = new TreeMap<>();
        for (Entry entry : entries) {
            String path = OutputFolder.lastingName(entry.path());
            String[] parts = path.split("/", 2);
            boolean ours = names.contains(parts[0]) && (parts.length == 1 || parts[1].matches("part-\\d+\\.[^/]*"));
            if (ours && entry.kind() == Kind.FILE && entry.modified() <= written) {
                files.put(path, entry.bytes());
            }
        }
        return new Inventory(files);
    }

    private static String read(FileSystem system, Path file) throws IOException {
        try {
            if (system.getFileStatus(file).getLen() > LONGEST) {
                return null;
            }
            try (InputStream in = system.open(file)) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        } catch (FileNotFoundException e) {
            return null;
        }
    }

    /** Whether a file is as this program wrote it. */
    boolean owns(Entry entry) {
        if (entry.kind() != Kind.FILE) {
            return false;
        }
        String path = OutputFolder.lastingName(entry.path());
        Long bytes = files.get(path);
        return path.equals(NAME) || (bytes != null && bytes == entry.bytes()) || isSideFile(path, entry.bytes());
    }

    /** What Hadoop and Spark leave beside files: checksums, the empty files that say that a folder is whole, or there. */
    private boolean isSideFile(String path, long bytes) {
        int slash = path.lastIndexOf('/') + 1;
        String name = path.substring(slash);
        if (bytes == 0 && (name.equals("_SUCCESS") || name.endsWith("_$folder$"))) {
            return true;
        }
        if (!name.startsWith(".") || !name.endsWith(".crc")) {
            return false;
        }
        String of = path.substring(0, slash) + name.substring(1, name.length() - ".crc".length());
        return files.containsKey(of) || of.equals(NAME) || of.endsWith("_SUCCESS");
    }

    /** What of a folder is not ours: files that are not on the list, files that have changed, links. */
    List<String> foreign(List<Entry> entries) {
        List<String> out = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.kind() != Kind.FOLDER && !owns(entry)) {
                out.add(printable(entry.path()) + (files.containsKey(entry.path()) ? " (changed)" : ""));
            }
        }
        return out;
    }

    /** Whether every file is there, as it was written. */
    boolean isWhole(List<Entry> entries) {
        Map<String, Long> there = of(entries).files;
        return there.entrySet().containsAll(files.entrySet());
    }

    /** Whether the files below a folder, but for hidden ones, are those that this program wrote. */
    boolean hasUnchanged(String below, List<Entry> entries) {
        Map<String, Long> there = new TreeMap<>();
        of(entries).files.forEach((path, bytes) -> addVisible(path, bytes, below, there));
        Map<String, Long> wanted = new TreeMap<>();
        files.forEach((path, bytes) -> addVisible(path, bytes, below, wanted));
        return there.equals(wanted);
    }

    private static void addVisible(String path, long bytes, String below, Map<String, Long> into) {
        char first = path.charAt(path.lastIndexOf('/') + 1);
        if (path.startsWith(below) && first != '.' && first != '_') {
            into.put(path, bytes);
        }
    }

    /** Some names, the first few of them. */
    static String some(List<String> names) {
        int most = 3;
        String first = String.join(", ", names.subList(0, Math.min(most, names.size())));
        return names.size() <= most ? first : first + " and " + (names.size() - most) + " more";
    }

    private static String printable(String name) {
        return name.replaceAll("[\\p{Cntrl}\\p{Cf}\u2028\u2029]", "?");
    }

    /** The names of what is in a folder, those of files first. */
    static List<String> names(List<Entry> entries) {
        List<String> out = new ArrayList<>();
        entries.stream().filter(e -> e.kind() != Kind.FOLDER).forEach(e -> out.add(printable(e.path())));
        entries.stream().filter(e -> e.kind() == Kind.FOLDER).forEach(e -> out.add(printable(e.path()) + "/"));
        return out;
    }
}
