package dev.grapevine.spring;

import dev.grapevine.codec.Codec;
import dev.grapevine.codec.JsonCodec;
import org.springframework.core.ParameterizedTypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes codecs that write and read JSON as the application's own mapper does.
 *
 * <pre>{@code
 * Topic<Price> prices = grapevine.topic("prices", json.codec(Price.class));
 * }</pre>
 */
public final class GrapevineJson {

    private final JsonMapper mapper;

    /**
     * Makes codecs of a mapper.
     *
     * @param mapper the mapper; it should not have default typing activated, since it reads what other instances send
     */
    public GrapevineJson(JsonMapper mapper) {
        this.mapper = mapper;
    }

    /**
     * A codec of a type.
     *
     * @param type type of the values
     * @param <T> type of the values
     * @return the codec
     */
    public <T> Codec<T> codec(Class<T> type) {
        return JsonCodec.of(mapper, type);
    }

    /**
     * A codec of a type with parameters, such as {@code List<Price>}.
     *
     * @param type the full type
     * @param <T> type of the values
     * @return the codec
     */
    public <T> Codec<T> codec(ParameterizedTypeReference<T> type) {
        return JsonCodec.ofType(mapper, type.getType());
    }
}
