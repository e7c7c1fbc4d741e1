package io.harp.kube;

import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** JSON as plain maps, lists, texts, numbers and flags: for objects of any shape. */
public final class Json {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final TypeReference<Map<String, Object>> OBJECT = new TypeReference<>() {};

  private Json() {}

  /**
   * Reads one object.
   *
   * @throws IllegalArgumentException in one line, if that is not what the text is
   */
  public static Map<String, Object> object(byte[] text) {
    try {
      Map<String, Object> object = MAPPER.readValue(text, OBJECT);
      if (object == null) {
        throw new IllegalArgumentException("the text is null, not a JSON object");
      }
      return object;
    } catch (JacksonException e) {
      throw new IllegalArgumentException("no JSON object: " + e.getOriginalMessage(), e);
    }
  }

  /** Writes one object. */
  public static String text(Map<String, ?> object) {
    return MAPPER.writeValueAsString(object);
  }

  /** The fields of any object of the API. */
  static Fields fields(Object object) {
    return Fields.of("", MAPPER.convertValue(object, OBJECT));
  }

  /** A typed object of the API from its fields; throws for fields of a wrong type. */
  static <T> T typed(Fields fields, Class<T> type) {
    return MAPPER.convertValue(fields.values(), type);
  }
}
