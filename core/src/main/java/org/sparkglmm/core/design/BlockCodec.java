package org.sparkglmm.core.design;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.sparkglmm.core.model.Observations;

/**
 * A block as bytes, for files, columns and the wire: every number comes back bit for bit, and what was one column is one again. What is
 * kept beside a block stays behind. Numbers take the narrowest type that holds them all, so that a visit with a yes or no and a month
 * takes some bytes.
 *
 * <p>A marker and the version come first, then sections with their length in front: index, persons, ids, clusters of persons (empty
 * where each has data of their own), rows of each cluster, outcome, size, weight, offset (each empty where every row has the same), the
 * columns that differ, which of them are in X, in Z and in the auxiliary predictors, constants.
 */
public final class BlockCodec {
    private static final int MARKER = 0x53474c42;
    /** Raised with every change of what is written. */
    private static final int VERSION = 1;

    private enum Kind {
        ONES,
        BY_CLUSTER,
        BY_ROW
    }

    private static final Kind[] KINDS = Kind.values();

    private BlockCodec() {}

    /** Writes a block. */
    public static void write(ClusterBlock block, DataOutput out) throws IOException {
        out.writeInt(MARKER);
        out.writeInt(VERSION);
        out.writeInt(block.index());
        writeIds(block.ids(), out);
        out.writeInt(block.clusters());
        writeInts(block.hasPatterns() ? block.persons() : 0, block::clusterOf, out);
        writeInts(block.clusters(), i -> block.start(i + 1) - block.start(i), out);
        Observations observations = block.observations();
        writeNumbers(true, observations.count(), observations::y, out);
        writeNumbers(observations.hasSizes(), observations.count(), observations::size, out);
        writeNumbers(observations.hasWeights(), observations.count(), observations::weight, out);
        writeNumbers(block.offset(), out);
        writeColumns(block, out);
        writeNumbers(true, block.clusters(), block::logConstant, out);
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IOException if the bytes are no block, or one of another version
     */
    public static ClusterBlock read(DataInput in) throws IOException {
        if (in.readInt() != MARKER) {
            throw new IOException("these bytes are no block");
        }
        int version = in.readInt();
        if (version != VERSION) {
            throw new IOException("a block of version " + version + ", where " + VERSION + " is expected");
        }
        int index = in.readInt();
        ClusterIds ids = readIds(in);
        int clusters = in.readInt();
        int[] clusterOf = readInts(in, ids.count());
        int[] rows = readInts(in, clusters);
        int[] start = new int[clusters + 1];
        for (int i = 0; i < clusters; i++) {
            start[i + 1] = start[i] + rows[i];
        }
        int n = start[clusters];
        double[] y = readNumbers(in, n);
        double[] size = readNumbers(in, n);
        double[] weight = readNumbers(in, n);
        double[] offset = readNumbers(in, n);
        BlockColumn[] columns = readColumns(in, clusters, n);
        BlockColumn[] x = readReferences(in, columns);
        BlockColumn[] z = readReferences(in, columns);
        BlockColumn[][] auxiliary = new BlockColumn[in.readInt()][];
        for (int k = 0; k < auxiliary.length; k++) {
            auxiliary[k] = in.readBoolean() ? readReferences(in, columns) : null;
        }
        return new ClusterBlock(
                index,
                ids,
                clusterOf,
                start,
                new Observations(y, size, weight),
                offset,
                x,
                z,
                auxiliary,
                readNumbers(in, clusters));
    }

    private static void writeIds(ClusterIds ids, DataOutput out) throws IOException {
        int[] all = IntStream.range(0, ids.count()).toArray();
        PackedIds packed = PackedIds.of(ids, all, 0, all.length);
        ByteBuffer bytes = ByteBuffer.allocate(packed.bytes());
        packed.write(bytes);
        out.writeBoolean(ids.areNumbers());
        out.writeInt(all.length);
        writeSection(bytes, out);
    }

    private static ClusterIds readIds(DataInput in) throws IOException {
        boolean numbers = in.readBoolean();
        int count = in.readInt();
        ClusterIds ids = numbers ? ClusterIds.ofNumbers(count) : ClusterIds.ofTexts(count);
        PackedIds.read(readSection(in), count, ids);
        return ids;
    }

    /** The columns that differ, then which of them stand where. */
    private static void writeColumns(ClusterBlock block, DataOutput out) throws IOException {
        Map<BlockColumn, Integer> places = new IdentityHashMap<>();
        List<BlockColumn> columns = new ArrayList<>();
        List<BlockColumn[]> parts = new ArrayList<>(List.of(block.x(), block.z()));
        for (int k = 0; k < block.auxiliaryParts(); k++) {
            if (block.auxiliary(k) != null) {
                parts.add(block.auxiliary(k));
            }
        }
        for (BlockColumn[] part : parts) {
            for (BlockColumn column : part) {
                if (places.putIfAbsent(column, columns.size()) == null) {
                    columns.add(column);
                }
            }
        }
        out.writeInt(columns.size());
        for (BlockColumn column : columns) {
            Kind kind = column.isOnes() ? Kind.ONES : column.isByCluster() ? Kind.BY_CLUSTER : Kind.BY_ROW;
            out.writeByte(kind.ordinal());
            writeNumbers(column.values(), out);
        }
        writeReferences(block.x(), places, out);
        writeReferences(block.z(), places, out);
        out.writeInt(block.auxiliaryParts());
        for (int k = 0; k < block.auxiliaryParts(); k++) {
            out.writeBoolean(block.auxiliary(k) != null);
            if (block.auxiliary(k) != null) {
                writeReferences(block.auxiliary(k), places, out);
            }
        }
    }

    private static BlockColumn[] readColumns(DataInput in, int clusters, int rows) throws IOException {
        BlockColumn[] out = new BlockColumn[in.readInt()];
        for (int c = 0; c < out.length; c++) {
            Kind kind = KINDS[in.readByte()];
            double[] values = readNumbers(in, kind == Kind.BY_ROW ? rows : clusters);
            out[c] = switch (kind) {
                case ONES -> BlockColumn.ONES;
                case BY_CLUSTER -> BlockColumn.ofClusters(values);
                case BY_ROW -> BlockColumn.ofEachRow(values);
            };
        }
        return out;
    }

    private static void writeReferences(BlockColumn[] columns, Map<BlockColumn, Integer> places, DataOutput out)
            throws IOException {
        out.writeInt(columns.length);
        for (BlockColumn column : columns) {
            out.writeInt(places.get(column));
        }
    }

    private static BlockColumn[] readReferences(DataInput in, BlockColumn[] columns) throws IOException {
        BlockColumn[] out = new BlockColumn[in.readInt()];
        for (int c = 0; c < out.length; c++) {
            out[c] = columns[in.readInt()];
        }
        return out;
    }

    /** What stands in a place of an array. */
    private interface IntAt {
        int of(int place);
    }

    /** The same for numbers. */
    private interface NumberAt {
        double of(int place);
    }

    private static void writeInts(int count, IntAt at, DataOutput out) throws IOException {
        writeNumbers(count > 0, count, at::of, out);
    }

    /** @return null if there are none */
    private static int[] readInts(DataInput in, int count) throws IOException {
        double[] numbers = readNumbers(in, count);
        if (numbers == null) {
            return count == 0 ? new int[0] : null;
        }
        int[] out = new int[count];
        for (int i = 0; i < count; i++) {
            out[i] = (int) numbers[i];
        }
        return out;
    }

    private static void writeNumbers(double[] numbers, DataOutput out) throws IOException {
        writeNumbers(numbers != null, numbers == null ? 0 : numbers.length, i -> numbers[i], out);
    }

    private static void writeNumbers(boolean any, int count, NumberAt at, DataOutput out) throws IOException {
        if (!any) {
            out.writeInt(0);
            return;
        }
        double[] numbers = new double[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = at.of(i);
        }
        PackedNumbers packed = new PackedNumbers(numbers);
        ByteBuffer bytes = ByteBuffer.allocate(packed.bytes());
        packed.write(bytes);
        writeSection(bytes, out);
    }

    /** @return null if there are none */
    private static double[] readNumbers(DataInput in, int count) throws IOException {
        ByteBuffer bytes = readSection(in);
        if (bytes.remaining() == 0) {
            return null;
        }
        double[] out = new double[count];
        PackedNumbers.read(bytes, count, out, 0);
        return out;
    }

    private static void writeSection(ByteBuffer bytes, DataOutput out) throws IOException {
        out.writeInt(bytes.array().length);
        out.write(bytes.array());
    }

    private static ByteBuffer readSection(DataInput in) throws IOException {
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        return ByteBuffer.wrap(bytes);
    }

    /** Stands for a block where Java serialises one; public, with a constructor without arguments, since that is asked of it. */
    public static final class Serialised implements Externalizable {
        private static final long serialVersionUID = 1;

        private transient ClusterBlock block;

        public Serialised() {}

        Serialised(ClusterBlock block) {
            this.block = block;
        }

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            BlockCodec.write(block, out);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException {
            block = BlockCodec.read(in);
        }

        private Object readResolve() {
            return block;
        }
    }
}
