package org.sparkglmm.spark.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.sparkglmm.spark.output.OutputFile;
import org.sparkglmm.spark.output.OutputFolder;

/**
 * How a run ended, for schedulers that see no exit code of it, as behind YARN's cluster mode. It is removed when a run begins and
 * written when it ends, so a file that is not there means that the run did not come to its end.
 *
 * @param path on any file system that Spark knows; null for none
 */
record StatusFile(String path) {
    private static final String OPTION = "--status";
    private static final ObjectMapper MAPPER = new ObjectMapper();
    /** What every status file holds. */
    private static final List<String> FIELDS = List.of("exitCode", "outcome", "message");

    private static final int LONGEST = 1 << 20;

    private static final String NOT_CONVERGED =
            "the fit did not converge; its results are written, and their warnings say why";

    /** The file that an unparsed command line names, so that a command line that cannot be parsed has a status too. */
    static StatusFile namedIn(String... arguments) {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].equals(OPTION) && i + 1 < arguments.length) {
                return new StatusFile(arguments[i + 1]);
            }
            if (arguments[i].startsWith(OPTION + "=")) {
                return new StatusFile(arguments[i].substring(OPTION.length() + 1));
            }
        }
        return new StatusFile(null);
    }

    void clear() {
        if (path == null) {
            return;
        }
        try {
            Configuration configuration = SessionOptions.fileSystems();
            Path file = new Path(path);
            if (isStatus(file.getFileSystem(configuration), file)) {
                OutputFile.remove(path, configuration);
            }
        } catch (IOException | IllegalArgumentException e) {
            // Writing it will fail for the same reason, and say so.
            return;
        }
    }

    /** Whether a file is one of ours: no other is ever removed or replaced, such as the table, should it be named by mistake. */
    private static boolean isStatus(FileSystem files, Path file) throws IOException {
        if (!files.exists(file) || !files.getFileStatus(file).isFile()) {
            return false;
        }
        try (InputStream in = files.open(file)) {
            byte[] content = in.readNBytes(LONGEST);
            if (content.length == LONGEST) {
                return false;
            }
            JsonNode root = MAPPER.readTree(content);
            List<String> fields = new ArrayList<>();
            root.fieldNames().forEachRemaining(fields::add);
            return fields.equals(FIELDS)
                    && root.path("exitCode").isInt()
                    && root.path("outcome").isTextual()
                    && root.path("message").isTextual();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /**
     * @param error in words, null if there was none
     * @param console for a complaint if it cannot be written, which changes nothing else
     */
    void write(int code, String error, PrintWriter console) {
        if (path == null) {
            return;
        }
        ObjectNode root = MAPPER.createObjectNode();
        root.put("exitCode", code);
        root.put("outcome", ExitCode.word(code));
        root.put("message", error != null ? error : code == ExitCode.NOT_CONVERGED ? NOT_CONVERGED : "");
        try {
            Configuration configuration = SessionOptions.fileSystems();
            boolean ours = isStatus(new Path(path).getFileSystem(configuration), new Path(path));
            OutputFile.write(path, MAPPER.writeValueAsString(root) + "\n", ours, configuration);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (IOException | OutputFolder.Exists | OutputFolder.NotWritable | IllegalArgumentException e) {
            console.println("warning: " + OPTION + ": " + e.getMessage());
        }
    }
}
