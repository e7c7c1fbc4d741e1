package io.harp.kube;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON as plain maps, lists, texts, numbers and flags: for objects of any shape.
 *
 * <p>Jackson's parser and generator without its data binding, which would load hundreds of classes
 * at each start for what are two short methods here.
 */
public final class Json {

  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /**
   * Reads one object.
   *
   * @throws IllegalArgumentException in one line, if that is not what the text is
   */
  public static Map<String, Object> object(byte[] text) {
    return object(text, Set.of());
  }

  /** As above, without the members of these names, at whatever depth: they are not even kept. */
  static Map<String, Object> object(byte[] text, Set<String> without) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      return object(parser, without);
    } catch (JacksonException e) {
      throw notJson(e);
    }
  }

  /** As above. */
  static Map<String, Object> object(String text, Set<String> without) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
      return object(parser, without);
    } catch (JacksonException e) {
      throw notJson(e);
    }
  }

  private static IllegalArgumentException notJson(JacksonException e) {
    return new IllegalArgumentException("no JSON object: " + e.getOriginalMessage(), e);
  }

  private static Map<String, Object> object(JsonParser parser, Set<String> without) {
    JsonToken first = parser.nextToken();
    if (first != JsonToken.START_OBJECT) {
      throw new IllegalArgumentException(
          "the text is " + (first == null ? "empty" : "no JSON object"));
    }
    Map<String, Object> object = members(parser, without);
    if (parser.nextToken() != null) {
      throw new IllegalArgumentException("something follows the JSON object");
    }
    return object;
  }

  private static Map<String, Object> members(JsonParser parser, Set<String> without) {
    Map<String, Object> members = new LinkedHashMap<>();
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      parser.nextToken();
      if (without.contains(name)) {
        parser.skipChildren();
      } else {
        put(members, name, value(parser, without));
      }
    }
    return members;
  }

  // JSON allows null, and a map that says so is worth more than one that hides it.
  @SuppressWarnings("NullAway")
  private static void put(Map<String, Object> members, String name, @Nullable Object value) {
    members.put(name, value);
  }

  @SuppressWarnings("NullAway")
  private static List<Object> elements(JsonParser parser, Set<String> without) {
    List<Object> elements = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      elements.add(value(parser, without));
    }
    return elements;
  }

  private static @Nullable Object value(JsonParser parser, Set<String> without) {
    return switch (parser.currentToken()) {
      case START_OBJECT -> members(parser, without);
      case START_ARRAY -> elements(parser, without);
      case VALUE_STRING -> parser.getString();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
          throw new IllegalStateException("the parser gives no such token for a value");
    };
  }

  /**
   * Writes one object.
   *
   * @param object of maps with texts as keys, collections, texts, numbers, flags and nulls
   */
  public static String text(Map<String, ?> object) {
    StringWriter text = new StringWriter(512);
    try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      write(generator, object);
    }
    return text.toString();
  }

  private static void write(JsonGenerator generator, @Nullable Object value) {
    switch (value) {
      case null -> generator.writeNull();
      case Map<?, ?> map -> {
        generator.writeStartObject();
        map.forEach((name, member) -> {
          generator.writeName(String.valueOf(name));
          write(generator, member);
        });
        generator.writeEndObject();
      }
      case Iterable<?> list -> {
        generator.writeStartArray();
        list.forEach(element -> write(generator, element));
        generator.writeEndArray();
      }
      case String text -> generator.writeString(text);
      case Boolean flag -> generator.writeBoolean(flag);
      case Integer number -> generator.writeNumber(number);
      case Long number -> generator.writeNumber(number);
      case java.math.BigInteger number -> generator.writeNumber(number);
      case Number number -> generator.writeNumber(number.doubleValue());
      default -> throw new IllegalArgumentException("no value of JSON: " + value.getClass());
    }
  }
}
