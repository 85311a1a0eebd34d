package dev.grapevine.codec;

import dev.grapevine.bytes.Bytes;
import java.lang.reflect.Type;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Values as JSON, by Jackson 3 ({@code tools.jackson.core:jackson-databind}), which is optional: only who uses this
 * class needs it.
 *
 * <p>The reader's own type decides what a value becomes. No class name travels, and none is taken from the network.
 *
 * @param <T> type of the values
 */
public final class JsonCodec<T> implements Codec<T> {

    private final String name;
    private final ObjectWriter writer;
    private final ObjectReader reader;

    private JsonCodec(JsonMapper mapper, JavaType type) {
        this.name = "json:" + type.toCanonical();
        this.writer = mapper.writerFor(type);
        this.reader = mapper.readerFor(type);
    }

    /**
     * A codec by Jackson's defaults: properties that the type does not know are ignored, so that instances of two
     * versions understand each other.
     *
     * @param type type of the values
     * @param <T> type of the values
     * @return the codec, named {@code json:} and the type
     */
    public static <T> JsonCodec<T> of(Class<T> type) {
        return of(JsonMapper.shared(), type);
    }

    /**
     * A codec by a mapper of one's own.
     *
     * @param mapper how values are written and read. Its rules hold on bytes from the network, so it should not have
     *     default typing activated
     * @param type type of the values
     * @param <T> type of the values
     * @return the codec, named {@code json:} and the type
     */
    public static <T> JsonCodec<T> of(JsonMapper mapper, Class<T> type) {
        return new JsonCodec<>(mapper, mapper.constructType(type));
    }

    /**
     * A codec of a type with parameters, such as {@code List<Price>}.
     *
     * @param mapper how values are written and read; see {@link #of(JsonMapper, Class)}
     * @param type the full type; the caller vouches that it is {@code T}
     * @param <T> type of the values
     * @return the codec, named {@code json:} and the type
     */
    public static <T> JsonCodec<T> ofType(JsonMapper mapper, Type type) {
        return new JsonCodec<>(mapper, mapper.constructType(type));
    }

    @Override
    public String name() {
        return name;
    }

    /**
     * Writes the value.
     *
     * @throws tools.jackson.core.JacksonException if the mapper cannot write it
     */
    @Override
    public Bytes encode(T value) {
        return Bytes.wrap(writer.writeValueAsBytes(value));
    }

    /**
     * Reads one JSON value and nothing after it.
     *
     * @throws tools.jackson.core.JacksonException if the bytes are not JSON of the type
     * @throws IllegalArgumentException if the value is JSON's {@code null}
     */
    @Override
    public T decode(Bytes bytes) {
        T value = bytes.read((array, offset, length) -> reader.readValue(array, offset, length));
        if (value == null) {
            throw new IllegalArgumentException("JSON null is no " + name);
        }
        return value;
    }

    @Override
    public String toString() {
        return name;
    }
}
