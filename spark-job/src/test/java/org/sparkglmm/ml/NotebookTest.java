package org.sparkglmm.ml;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.junit.jupiter.api.Test;
import org.sparkglmm.spark.cli.Main;

/**
 * Everything that the Python notebook calls through py4j is there, public, and takes what Python can pass without a detour: text, numbers,
 * lists and tables. The Scala notebook is run, by scripts/test-notebook.
 */
class NotebookTest {
    private static final Set<Class<?>> PLAIN =
            Set.of(String.class, int.class, double.class, boolean.class, List.class, Dataset.class);

    @Test
    void pythonReachesWhatTheNotebookCalls() throws IOException {
        String notebook = Files.readString(Path.of("../conf/databricks/glmm_python.py"));
        Matcher classes =
                Pattern.compile("jvm\\.(org\\.sparkglmm\\.[a-z.]+\\.[A-Z]\\w+)").matcher(notebook);
        int found = 0;
        while (classes.find()) {
            String name = classes.group(1);
            assertDoesNotThrow(() -> Class.forName(name), name);
            found++;
        }
        assertEquals(2, found);
        int setters = callsAreThere(notebook, "\\n    \\.(\\w+)\\(([^)\\n]*)", Glmm.class, false);
        assertEquals(4, setters, "setFormula, setFamily, setLevels, fit");
        int reads = callsAreThere(notebook, "model\\.(\\w+)\\(([^)\\n]*)", GlmmModel.class, false);
        assertEquals(5, reads, "summary, randomEffects, save, transform, unpersist");
        assertEquals(1, callsAreThere(notebook, "Main\\.(\\w+)\\((\\[)", Main.class, true));
    }

    private static int callsAreThere(String notebook, String call, Class<?> type, boolean isStatic) {
        Matcher calls = Pattern.compile(call).matcher(notebook);
        int found = 0;
        while (calls.find()) {
            String name = calls.group(1);
            String given = calls.group(2);
            // The texts of this notebook hold no comma outside lists, apart from formulas that are cut short at a
            // bracket.
            int arguments = given.isEmpty() ? 0 : given.startsWith("f\"") ? given.split(", ").length : 1;
            boolean list = given.startsWith("[");
            assertTrue(
                    Arrays.stream(type.getMethods())
                            .anyMatch(m -> m.getName().equals(name)
                                    && Modifier.isStatic(m.getModifiers()) == isStatic
                                    && m.getParameterCount() == arguments
                                    && isPlain(m)
                                    && (!list || m.getParameterTypes()[0] == List.class)),
                    type.getSimpleName() + "." + name + " with " + arguments + " plain arguments");
            found++;
        }
        return found;
    }

    private static boolean isPlain(Method method) {
        return Arrays.stream(method.getParameterTypes()).allMatch(PLAIN::contains);
    }

    @Test
    void theJobStartsTheProgram() throws IOException {
        JsonNode job = new ObjectMapper()
                .readTree(Path.of("../conf/databricks/job.json").toFile());
        JsonNode task = job.at("/tasks/0/spark_jar_task");
        assertEquals(Main.class.getName(), task.get("main_class_name").asText());
        assertEquals("fit", task.at("/parameters/0").asText());
        assertEquals(
                "SINGLE_USER",
                job.at("/job_clusters/0/new_cluster/data_security_mode").asText());
    }
}
