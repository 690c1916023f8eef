package org.sparkglmm.spark.output;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkglmm.core.fit.FitListener;
import org.sparkglmm.core.fit.PassJournal;

/**
 * What the passes of a fit brought so far, in a hidden folder beside the output, for an attempt that follows one that was cut off: a
 * file about the fit, and files of answers, one more whenever enough time has gone by. They hold sums over all persons, and nothing of
 * any one.
 */
public final class Checkpoint implements PassJournal {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String ABOUT = "fit.json";
    private static final String ANSWERS = "answers-";
    private static final String UNFINISHED = ".writing";

    private final FileSystem files;
    private final Path folder;
    private final Path output;
    private final Map<String, String> settings;
    private final long everyNanos;
    private final FitListener listener;

    private final Map<String, double[]> known = new HashMap<>();
    private final Map<String, double[]> waiting = new LinkedHashMap<>();
    private long lastWritten = System.nanoTime();
    private boolean broken;

    /**
     * Opens what an earlier attempt left, if it did.
     *
     * @param settings what decides about the estimates beside the data, by name
     * @param everySeconds how long answers wait at most for being written, once there is one
     * @throws OutputFolder.Exists if it is of a fit with other settings
     */
    public Checkpoint(OutputFolder out, Map<String, String> settings, double everySeconds, FitListener listener) {
        files = out.files();
        folder = out.checkpoint();
        output = out.target();
        this.settings = settings;
        this.everyNanos = (long) (everySeconds * 1e9);
        this.listener = listener;
        JsonNode about = about();
        if (about == null) {
            return;
        }
        if (!ModelFile.version().equals(about.path("version").asText())) {
            // Another version may add up otherwise; its answers are not ours.
            delete();
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
        JsonNode about = about();
        String name = Long.toHexString(fit);
        if (about == null) {
            ObjectNode root = MAPPER.createObjectNode();
            root.put("version", ModelFile.version());
            root.put("fit", name);
            ObjectNode options = root.putObject("settings");
            settings.forEach(options::put);
            write(ABOUT, root);
            return false;
        }
        if (!name.equals(about.path("fit").asText())) {
            throw other("on other data: rows were added, removed or changed since");
        }
        try {
            for (FileStatus file : files.listStatus(folder)) {
                String part = file.getPath().getName();
                if (part.startsWith(ANSWERS) && !part.endsWith(UNFINISHED)) {
                    read(part);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // What cannot be read is computed again.
            listener.stage("part of the checkpoint cannot be read");
        }
        return !known.isEmpty();
    }

    private void read(String name) throws IOException {
        JsonNode answers = tree(name);
        for (Iterator<Map.Entry<String, JsonNode>> it = answers.fields(); it.hasNext(); ) {
            Map.Entry<String, JsonNode> answer = it.next();
            byte[] bytes = Base64.getDecoder().decode(answer.getValue().asText());
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
        ObjectNode root = MAPPER.createObjectNode();
        waiting.forEach((question, answer) -> {
            ByteBuffer bytes = ByteBuffer.allocate(answer.length * Double.BYTES);
            bytes.asDoubleBuffer().put(answer);
            root.put(question, Base64.getEncoder().encodeToString(bytes.array()));
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
            files.mkdirs(folder);
            OutputFile.create(files, unfinished, MAPPER.writeValueAsBytes(content));
            if (!files.rename(unfinished, file)) {
                throw new IOException("rename failed");
            }
        } catch (IOException e) {
            broken = true;
            listener.stage("no checkpoint can be written, so the fit could not be resumed ("
                    + e.getClass().getSimpleName() + ")");
        }
    }

    /** The file about the fit; null without one that can be read. */
    private JsonNode about() {
        try {
            return tree(ABOUT);
        } catch (FileNotFoundException e) {
            return null;
        } catch (IOException e) {
            delete();
            return null;
        }
    }

    private JsonNode tree(String name) throws IOException {
        try (InputStream in = files.open(new Path(folder, name))) {
            return MAPPER.readTree(in);
        } catch (JsonProcessingException e) {
            throw new IOException(e);
        }
    }

    private void delete() {
        try {
            files.delete(folder, true);
        } catch (IOException e) {
            broken = true;
        }
    }
}
