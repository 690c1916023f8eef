package org.sparkglmm.spark.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkglmm.core.fit.FitListener;
import org.sparkglmm.core.fit.PassJournal;
import org.sparkglmm.spark.data.InputFiles;

/**
 * What the passes of a fit brought so far, in a hidden folder beside the output, for an attempt that follows one that was cut off: a
 * file about the fit, and files of answers, one more whenever enough time has gone by. They hold sums over all persons, and nothing of
 * any one.
 *
 * <p>Each begins with a line that holds its length and SHA-256, and names the fit it belongs to. If one is not what was written, or of
 * another version, the folder is put aside as a whole and the fit begins again.
 */
public final class Checkpoint implements PassJournal {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String ABOUT = "fit.json";
    private static final String ANSWERS = "answers-";
    private static final String UNFINISHED = ".writing";

    /** Begins the first line of every file; the number is that of the form that follows. */
    private static final String BEGINNING = "spark-glmm checkpoint 1 ";

    private static final Pattern HEAD = Pattern.compile(BEGINNING + "(\\d{1,9}) ([0-9a-f]{64})");
    private static final int LONGEST_LINE = 200;

    private final FileSystem files;
    private final Disk disk;
    private final Path folder;
    private final Path output;
    private final Map<String, String> settings;
    private final long everyNanos;
    private final FitListener listener;

    private final Map<String, double[]> known = new HashMap<>();
    private final Map<String, double[]> waiting = new LinkedHashMap<>();
    private long lastWritten = System.nanoTime();
    private boolean broken;
    /** Names the attempts that write to one folder, so that no other's answers are taken for theirs. */
    private String id = UUID.randomUUID().toString();

    /**
     * Opens what an earlier attempt left, if it did.
     *
     * @param settings what decides about the estimates beside the data, by name
     * @param everySeconds how long answers wait at most for being written, once there is one
     * @throws OutputFolder.Exists if it is of a fit with other settings
     */
    public Checkpoint(OutputFolder out, Map<String, String> settings, double everySeconds, FitListener listener) {
        files = out.files();
        disk = Disk.of(files);
        folder = out.checkpoint();
        output = out.target();
        this.settings = settings;
        this.everyNanos = (long) (everySeconds * 1e9);
        this.listener = listener;
        JsonNode about = about();
        if (about == null) {
            return;
        }
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            String before = about.path("settings").path(setting.getKey()).asText();
            if (!before.equals(setting.getValue())) {
                throw other("with --" + setting.getKey() + " " + quoted(before) + ", which is now "
                        + quoted(setting.getValue()));
            }
        }
    }

    private static String quoted(String setting) {
        return setting.isEmpty() ? "none" : "'" + setting + "'";
    }

    private OutputFolder.Exists other(String difference) {
        return new OutputFolder.Exists(
                output,
                " in part: what is to be resumed was begun " + difference
                        + "; use --on-exists overwrite to begin anew, or another folder");
    }

    @Override
    public boolean begin(long fit) {
        if (broken) {
            return false;
        }
        JsonNode about = about();
        String name = Long.toHexString(fit);
        if (about == null) {
            ObjectNode root = root();
            root.put("fit", name);
            ObjectNode options = root.putObject("settings");
            settings.forEach(options::put);
            write(ABOUT, root);
            return false;
        }
        if (!name.equals(about.path("fit").asText())) {
            throw other("on other data: rows were added, removed or changed since");
        }
        id = about.path("id").asText();
        try {
            for (String part : answers()) {
                read(part);
            }
        } catch (IOException e) {
            known.clear();
            putAside(e);
            return begin(fit);
        }
        return !known.isEmpty();
    }

    private ObjectNode root() {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("version", ModelFile.version());
        root.put("id", id);
        return root;
    }

    private List<String> answers() throws IOException {
        List<String> out = new ArrayList<>();
        for (FileStatus file : files.listStatus(folder)) {
            String name = file.getPath().getName();
            if (name.startsWith(ANSWERS) && !name.endsWith(UNFINISHED)) {
                out.add(name);
            }
        }
        return out;
    }

    private void read(String name) throws IOException {
        JsonNode root = tree(name);
        if (!id.equals(root.path("id").asText())) {
            throw new Damaged("it holds answers of another fit");
        }
        for (Iterator<Map.Entry<String, JsonNode>> it = root.path("answers").fields(); it.hasNext(); ) {
            Map.Entry<String, JsonNode> answer = it.next();
            byte[] bytes = answer.getValue().binaryValue();
            double[] numbers = new double[bytes.length / Double.BYTES];
            ByteBuffer.wrap(bytes).asDoubleBuffer().get(numbers);
            known.put(answer.getKey(), numbers);
        }
    }

    @Override
    public double[] find(long question) {
        double[] numbers = known.get(Long.toHexString(question));
        return numbers == null ? null : numbers.clone();
    }

    @Override
    public void keep(long question, double[] answer) {
        waiting.put(Long.toHexString(question), answer.clone());
        if (System.nanoTime() - lastWritten >= everyNanos) {
            flush();
        }
    }

    /** Writes what waits, such as when something else is about to fail. */
    public void flush() {
        if (waiting.isEmpty() || broken) {
            return;
        }
        ObjectNode root = root();
        ObjectNode answers = root.putObject("answers");
        waiting.forEach((question, answer) -> {
            ByteBuffer bytes = ByteBuffer.allocate(answer.length * Double.BYTES);
            bytes.asDoubleBuffer().put(answer);
            answers.put(question, bytes.array());
        });
        write(ANSWERS + UUID.randomUUID().toString().substring(0, 8) + ".json", root);
        waiting.clear();
        lastWritten = System.nanoTime();
    }

    /** A file that is there whole or not at all. A fit does not fail because it cannot be resumed. */
    private void write(String name, ObjectNode content) {
        Path file = new Path(folder, name);
        Path unfinished = new Path(folder, name + UNFINISHED);
        try {
            byte[] bytes = MAPPER.writeValueAsBytes(content);
            byte[] line =
                    (BEGINNING + bytes.length + " " + InputFiles.sha256(bytes) + "\n").getBytes(StandardCharsets.UTF_8);
            byte[] all = Arrays.copyOf(line, line.length + bytes.length);
            System.arraycopy(bytes, 0, all, line.length, bytes.length);
            disk.makePrivateFolder(folder);
            disk.deleteFile(unfinished);
            disk.createPrivate(unfinished, all);
            disk.rename(unfinished, file);
            disk.forceNames(folder);
        } catch (IOException e) {
            broken = true;
            listener.stage("no checkpoint can be written, so the fit could not be resumed ("
                    + e.getClass().getSimpleName() + ")");
        }
    }

    /** Why what is there cannot be gone on from, in words that follow a colon. */
    private static final class Damaged extends IOException {
        private static final long serialVersionUID = 1;

        Damaged(String why) {
            super(why);
        }
    }

    /** The file about the fit; null without one that can be gone on from. */
    private JsonNode about() {
        try {
            if (!files.exists(folder)) {
                return null;
            }
            if (!disk.isFolder(folder)) {
                throw new Damaged("there is no folder of that name");
            }
            if (files.exists(new Path(folder, ABOUT))) {
                return tree(ABOUT);
            }
            if (!answers().isEmpty()) {
                throw new Damaged("its " + ABOUT + " is missing");
            }
            return null;
        } catch (IOException e) {
            putAside(e);
            return null;
        }
    }

    /** Whoever wants to know what is the matter with it can still look; nothing is read there any more. */
    private void putAside(IOException why) {
        Path aside = folder.suffix("-damaged-" + UUID.randomUUID().toString().substring(0, 8));
        String reason = why instanceof Damaged ? why.getMessage() : "it cannot be read";
        try {
            disk.rename(folder, aside);
            listener.stage("the checkpoint of an earlier attempt cannot be used (" + reason + "); it is put aside as "
                    + aside.toUri().getPath() + " and the fit begins again");
        } catch (IOException e) {
            broken = true;
            listener.stage("the checkpoint of an earlier attempt cannot be used (" + reason
                    + ") nor put aside; the fit begins again, without one");
        }
    }

    /** What a file holds, if it is what was written. */
    private JsonNode tree(String name) throws IOException {
        Path file = new Path(folder, name);
        Damaged damaged = new Damaged("its " + name + " is not what was written");
        try (InputStream in = files.open(file)) {
            StringBuilder line = new StringBuilder();
            int c = in.read();
            while (c >= 0 && c != '\n' && line.length() < LONGEST_LINE) {
                line.append((char) c);
                c = in.read();
            }
            Matcher head = HEAD.matcher(line);
            if (!head.matches() || c != '\n') {
                throw damaged;
            }
            int length = Integer.parseInt(head.group(1));
            if (files.getFileStatus(file).getLen() != line.length() + 1 + (long) length) {
                throw damaged;
            }
            byte[] bytes = in.readNBytes(length);
            if (!InputFiles.sha256(bytes).equals(head.group(2))) {
                throw damaged;
            }
            JsonNode root = MAPPER.readTree(bytes);
            if (!ModelFile.version().equals(root.path("version").asText())) {
                // Another version may add up otherwise; its answers are not ours.
                throw new Damaged("it is of another version of this program");
            }
            return root;
        } catch (JsonProcessingException e) {
            throw damaged;
        } catch (FSError e) {
            throw new IOException(e);
        }
    }

    /** Removes a checkpoint, and in its folder nothing but that. */
    static void remove(FileSystem files, Path folder) {
        Disk disk = Disk.of(files);
        try {
            if (!files.exists(folder) || !disk.isFolder(folder)) {
                return;
            }
            for (FileStatus file : files.listStatus(folder)) {
                String name = file.getPath().getName();
                String plain =
                        name.endsWith(UNFINISHED) ? name.substring(0, name.length() - UNFINISHED.length()) : name;
                if (plain.equals(ABOUT) || (plain.startsWith(ANSWERS) && plain.endsWith(".json"))) {
                    disk.deleteFile(file.getPath());
                }
            }
            disk.deleteEmpty(folder);
        } catch (IOException e) {
            // A hidden folder that stays is found, and looked through, by the next attempt.
            return;
        }
    }
}
