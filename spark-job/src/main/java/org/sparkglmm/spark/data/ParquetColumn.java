package org.sparkglmm.spark.data;

import java.io.Serializable;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DateLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.EnumLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.JsonLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.ListLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.MapLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.StringLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.UUIDLogicalTypeAnnotation;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructType;

/**
 * A column of a Parquet file, and how Spark is to read it. The types are those of Spark's own reader; of those it does not know, two
 * are read by what they are stored as.
 *
 * @param name its name
 * @param type that Spark is asked for; null if it cannot be read
 * @param kind what is to be made of that
 * @param described the type in Parquet's words
 */
record ParquetColumn(String name, DataType type, Kind kind, String described) implements Serializable {

    /** What is stored. */
    enum Kind {
        /** What Spark reads itself. */
        PLAIN,
        /** Nanoseconds since 1970 in UTC. */
        NANOS_UTC,
        /** Nanoseconds since 1970, of no time zone. */
        NANOS_LOCAL,
        /** 16 bytes. */
        UUID,
        /** Something that Spark does not read. */
        UNREADABLE
    }

    /**
     * How a session has Spark read types that leave it a choice.
     *
     * @param binaryAsString whether bytes of which nothing is said are text
     * @param timestampNtz whether there are timestamps without time zone
     */
    record Choices(boolean binaryAsString, boolean timestampNtz) implements Serializable {}

    /** Of a field of a file's schema. */
    static ParquetColumn of(Type field, Choices choices) {
        String described = described(field);
        if (field.isPrimitive() && !field.isRepetition(Type.Repetition.REPEATED)) {
            LogicalTypeAnnotation logical = field.getLogicalTypeAnnotation();
            if (logical instanceof TimestampLogicalTypeAnnotation time && time.getUnit() == TimeUnit.NANOS) {
                return new ParquetColumn(
                        field.getName(),
                        DataTypes.LongType,
                        time.isAdjustedToUTC() ? Kind.NANOS_UTC : Kind.NANOS_LOCAL,
                        described);
            }
            if (logical instanceof UUIDLogicalTypeAnnotation) {
                return new ParquetColumn(field.getName(), DataTypes.BinaryType, Kind.UUID, described);
            }
        }
        DataType type = sparkType(field, choices);
        return new ParquetColumn(field.getName(), type, type == null ? Kind.UNREADABLE : Kind.PLAIN, described);
    }

    /** A number of the same kind may be larger or smaller in another file. */
    boolean isWhole() {
        return kind == Kind.PLAIN
                && (type.equals(DataTypes.ByteType)
                        || type.equals(DataTypes.ShortType)
                        || type.equals(DataTypes.IntegerType)
                        || type.equals(DataTypes.LongType));
    }

    boolean isFloating() {
        return kind == Kind.PLAIN && (type.equals(DataTypes.FloatType) || type.equals(DataTypes.DoubleType));
    }

    boolean isDecimal() {
        return kind == Kind.PLAIN && type instanceof DecimalType;
    }

    boolean isNanos() {
        return kind == Kind.NANOS_UTC || kind == Kind.NANOS_LOCAL;
    }

    /** As a sentence names it: Spark's name where it has one. */
    String typeName() {
        return kind == Kind.PLAIN ? type.simpleString() : described;
    }

    private static String described(Type field) {
        LogicalTypeAnnotation logical = field.getLogicalTypeAnnotation();
        if (logical != null) {
            return logical.toString();
        }
        return field.isPrimitive()
                ? field.asPrimitiveType().getPrimitiveTypeName().name()
                : "a group of fields";
    }

    private static DataType sparkType(Type field, Choices choices) {
        if (field.isRepetition(Type.Repetition.REPEATED)) {
            DataType element = field.isPrimitive()
                    ? primitive(field.asPrimitiveType(), choices)
                    : fields(field.asGroupType(), choices);
            return element == null ? null : DataTypes.createArrayType(element, false);
        }
        return field.isPrimitive() ? primitive(field.asPrimitiveType(), choices) : group(field.asGroupType(), choices);
    }

    /** Lists and maps in the form that the format prescribes, and fields of fields. Older forms are Spark's business. */
    private static DataType group(GroupType group, Choices choices) {
        LogicalTypeAnnotation logical = group.getLogicalTypeAnnotation();
        if (logical == null) {
            return fields(group, choices);
        }
        boolean list = logical instanceof ListLogicalTypeAnnotation;
        boolean map = logical instanceof MapLogicalTypeAnnotation;
        boolean repeats = group.getFieldCount() == 1
                && group.getType(0).isRepetition(Type.Repetition.REPEATED)
                && !group.getType(0).isPrimitive();
        if (!repeats || !(list || map)) {
            return null;
        }
        GroupType entry = group.getType(0).asGroupType();
        if (entry.getFieldCount() != (list ? 1 : 2)) {
            return null;
        }
        DataType first = sparkType(entry.getType(0), choices);
        DataType last = sparkType(entry.getType(entry.getFieldCount() - 1), choices);
        if (first == null || last == null) {
            return null;
        }
        return list ? DataTypes.createArrayType(first, true) : DataTypes.createMapType(first, last, true);
    }

    private static DataType fields(GroupType group, Choices choices) {
        StructType out = new StructType();
        for (Type field : group.getFields()) {
            DataType type = sparkType(field, choices);
            if (type == null) {
                return null;
            }
            out = out.add(field.getName(), type, true);
        }
        return out;
    }

    private static DataType primitive(PrimitiveType field, Choices choices) {
        LogicalTypeAnnotation logical = field.getLogicalTypeAnnotation();
        return switch (field.getPrimitiveTypeName()) {
            case BOOLEAN -> DataTypes.BooleanType;
            case FLOAT -> DataTypes.FloatType;
            case DOUBLE -> DataTypes.DoubleType;
            case INT96 -> DataTypes.TimestampType;
            case INT32 -> int32(logical);
            case INT64 -> int64(logical, choices);
            case BINARY -> binary(logical, choices);
            case FIXED_LEN_BYTE_ARRAY -> logical == null ? DataTypes.BinaryType : decimal(logical);
        };
    }

    private static DataType int32(LogicalTypeAnnotation logical) {
        if (logical == null) {
            return DataTypes.IntegerType;
        }
        if (logical instanceof IntLogicalTypeAnnotation whole) {
            return switch (whole.getBitWidth()) {
                case 8 -> whole.isSigned() ? DataTypes.ByteType : DataTypes.ShortType;
                case 16 -> whole.isSigned() ? DataTypes.ShortType : DataTypes.IntegerType;
                case 32 -> whole.isSigned() ? DataTypes.IntegerType : DataTypes.LongType;
                default -> null;
            };
        }
        return logical instanceof DateLogicalTypeAnnotation ? DataTypes.DateType : decimal(logical);
    }

    private static DataType int64(LogicalTypeAnnotation logical, Choices choices) {
        if (logical == null) {
            return DataTypes.LongType;
        }
        if (logical instanceof IntLogicalTypeAnnotation whole) {
            return whole.isSigned() ? DataTypes.LongType : DataTypes.createDecimalType(20, 0);
        }
        if (logical instanceof TimestampLogicalTypeAnnotation time) {
            if (time.getUnit() == TimeUnit.NANOS) {
                return null;
            }
            return time.isAdjustedToUTC() || !choices.timestampNtz()
                    ? DataTypes.TimestampType
                    : DataTypes.TimestampNTZType;
        }
        return decimal(logical);
    }

    private static DataType binary(LogicalTypeAnnotation logical, Choices choices) {
        if (logical == null) {
            return choices.binaryAsString() ? DataTypes.StringType : DataTypes.BinaryType;
        }
        boolean text = logical instanceof StringLogicalTypeAnnotation
                || logical instanceof EnumLogicalTypeAnnotation
                || logical instanceof JsonLogicalTypeAnnotation;
        if (text) {
            return DataTypes.StringType;
        }
        return logical instanceof LogicalTypeAnnotation.BsonLogicalTypeAnnotation
                ? DataTypes.BinaryType
                : decimal(logical);
    }

    private static DataType decimal(LogicalTypeAnnotation logical) {
        return logical instanceof DecimalLogicalTypeAnnotation decimal && decimal.getPrecision() <= 38
                ? DataTypes.createDecimalType(decimal.getPrecision(), decimal.getScale())
                : null;
    }
}
