package org.sparkglmm.spark.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
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
            Path file = new Path(path);
            file.getFileSystem(SessionOptions.fileSystems()).delete(file, false);
        } catch (IOException | IllegalArgumentException e) {
            // Writing it will fail for the same reason, and say so.
            return;
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
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("exitCode", code);
        root.put("outcome", ExitCode.word(code));
        root.put("message", error == null ? "" : error);
        try {
            OutputFile.write(path, mapper.writeValueAsString(root) + "\n", true, SessionOptions.fileSystems());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        } catch (OutputFolder.Exists | OutputFolder.NotWritable | IllegalArgumentException e) {
            console.println("warning: " + OPTION + ": " + e.getMessage());
        }
    }
}
