// Drives spymemcached. The protocol is told in driver.ts, the neutral form of values in description.ts.

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.spy.memcached.CASResponse;
import net.spy.memcached.CASValue;
import net.spy.memcached.ConnectionFactory;
import net.spy.memcached.ConnectionFactoryBuilder;
import net.spy.memcached.DefaultHashAlgorithm;
import net.spy.memcached.FailureMode;
import net.spy.memcached.KetamaConnectionFactory;
import net.spy.memcached.KetamaNodeKeyFormatter;
import net.spy.memcached.MemcachedClient;
import net.spy.memcached.transcoders.SerializingTranscoder;

public class DriveSpymemcached {
  private static final Gson gson = new GsonBuilder().serializeNulls().create();
  private static final PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private MemcachedClient client;
  private long token;

  public static void main(String[] arguments) throws Exception {
    System.setProperty("net.spy.log.LoggerImpl", "net.spy.memcached.compat.log.SunLogger");
    java.util.logging.Logger.getLogger("net.spy.memcached").setLevel(java.util.logging.Level.OFF);
    var driver = new DriveSpymemcached();
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      try {
        answer("result", driver.perform(gson.fromJson(line, JsonObject.class)));
      } catch (Exception error) {
        answer("error", new JsonPrimitive(told(error)));
      }
    }
    System.exit(0); // spymemcached's threads would go on
  }

  private static void answer(String name, JsonElement content) {
    var message = new JsonObject();
    message.add(name, content);
    output.println(gson.toJson(message));
  }

  private JsonElement perform(JsonObject request) throws Exception {
    String key = request.has("key") ? request.get("key").getAsString() : null;
    switch (request.get("operation").getAsString()) {
      case "open":
        open(request.getAsJsonArray("servers"), request.getAsJsonObject("setup"));
        return JsonNull.INSTANCE;
      case "set":
        return set(request.getAsJsonArray("items"), request.has("ttl") ? request.get("ttl").getAsInt() : 0);
      case "get":
        return get(request.getAsJsonArray("keys"));
      case "incr":
        return new JsonPrimitive(Long.toString(client.incr(key, request.get("by").getAsLong())));
      case "decr":
        return new JsonPrimitive(Long.toString(client.decr(key, request.get("by").getAsLong())));
      case "append":
        return new JsonPrimitive(client.append(key, request.get("text").getAsString()).get());
      case "gets":
        CASValue<Object> found = client.gets(key);
        token = found.getCas();
        return describe(found.getValue());
      default:
        return new JsonPrimitive(client.cas(key, token, natural(request.getAsJsonObject("value"))) == CASResponse.OK);
    }
  }

  private void open(JsonArray servers, JsonObject setup) throws Exception {
    if (client != null) client.shutdown();
    List<InetSocketAddress> addresses = new ArrayList<>();
    Map<InetSocketAddress, Integer> weights = new HashMap<>();
    for (JsonElement element : servers) {
      JsonObject server = element.getAsJsonObject();
      var address = new InetSocketAddress(server.get("host").getAsString(), server.get("port").getAsInt());
      addresses.add(address);
      weights.put(address, server.get("weight").getAsInt());
    }
    client = new MemcachedClient(factory(setup, weights), addresses);
  }

  /** By default a key goes to another server while its own is not connected yet. */
  private static ConnectionFactory factory(JsonObject setup, Map<InetSocketAddress, Integer> weights) {
    if (setup.has("ketama")) {
      var format = KetamaNodeKeyFormatter.Format.valueOf(setup.get("ketama").getAsString());
      return new KetamaConnectionFactory(16384, 16384, 100, DefaultHashAlgorithm.KETAMA_HASH, format, weights) {
        @Override
        public FailureMode getFailureMode() {
          return FailureMode.Retry;
        }
      };
    }
    var builder = new ConnectionFactoryBuilder().setFailureMode(FailureMode.Retry).setOpTimeout(10_000);
    if (setup.has("hash")) builder.setHashAlg(DefaultHashAlgorithm.valueOf(setup.get("hash").getAsString()));
    if (setup.has("compressionThreshold")) {
      var transcoder = new SerializingTranscoder();
      transcoder.setCompressionThreshold(setup.get("compressionThreshold").getAsInt());
      builder.setTranscoder(transcoder);
    }
    return builder.build();
  }

  private JsonArray set(JsonArray items, int ttl) {
    var results = new JsonArray();
    for (JsonElement item : items) {
      JsonArray pair = item.getAsJsonArray();
      results.add(stored(pair.get(0).getAsString(), pair.get(1).getAsJsonObject(), ttl));
    }
    return results;
  }

  private String stored(String key, JsonObject description, int ttl) {
    try {
      return client.set(key, ttl, natural(description)).get() ? null : "not stored";
    } catch (Exception error) {
      return told(error);
    }
  }

  private JsonArray get(JsonArray keys) {
    var results = new JsonArray();
    for (JsonElement key : keys) results.add(fetched(key.getAsString()));
    return results;
  }

  /** spymemcached refuses nulls, so that a null is a miss. */
  private JsonObject fetched(String key) {
    try {
      Object value = client.get(key);
      return value == null ? description("missing", null) : describe(value);
    } catch (Exception error) {
      return description("error", new JsonPrimitive(told(error)));
    }
  }

  /** The value that a Java program would store. */
  private static Object natural(JsonObject description) {
    JsonElement content = description.get("content");
    switch (description.get("type").getAsString()) {
      case "null":
        return null;
      case "bytes":
        return Base64.getDecoder().decode(content.getAsString());
      case "boolean":
        return content.getAsBoolean();
      case "integer":
        return integer(Long.parseLong(content.getAsString()));
      case "float":
        return Double.valueOf(content.getAsString());
      case "list":
        List<Object> list = new ArrayList<>();
        for (JsonElement item : content.getAsJsonArray()) list.add(natural(item.getAsJsonObject()));
        return list;
      case "map":
        Map<String, Object> map = new HashMap<>();
        content.getAsJsonObject().entrySet()
            .forEach(entry -> map.put(entry.getKey(), natural(entry.getValue().getAsJsonObject())));
        return map;
      default:
        return content.getAsString();
    }
  }

  /** An int where that is enough. */
  private static Object integer(long value) {
    return value == (int) value ? (Object) (int) value : (Object) value;
  }

  /** What a Java program would see. */
  private static JsonObject describe(Object value) {
    if (value == null) return description("null", null);
    if (value instanceof String) return description("text", new JsonPrimitive((String) value));
    if (value instanceof Boolean) return description("boolean", new JsonPrimitive((Boolean) value));
    if (value instanceof byte[]) {
      return description("bytes", new JsonPrimitive(Base64.getEncoder().encodeToString((byte[]) value)));
    }
    if (value instanceof Float || value instanceof Double) {
      return description("float", new JsonPrimitive(value.toString()));
    }
    if (value instanceof Number) return description("integer", new JsonPrimitive(value.toString()));
    if (value instanceof List) {
      var list = new JsonArray();
      ((List<?>) value).forEach(item -> list.add(describe(item)));
      return description("list", list);
    }
    if (value instanceof Map) {
      var map = new JsonObject();
      ((Map<?, ?>) value).forEach((key, item) -> map.add(key.toString(), describe(item)));
      return description("map", map);
    }
    return description("other", new JsonPrimitive(value.getClass().getName()));
  }

  private static JsonObject description(String type, JsonElement content) {
    var description = new JsonObject();
    description.addProperty("type", type);
    if (content != null) description.add("content", content);
    return description;
  }

  private static String told(Throwable error) {
    return error.toString();
  }
}
