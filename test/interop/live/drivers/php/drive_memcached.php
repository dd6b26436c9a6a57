<?php
// Drives php-memcached. The protocol is told in driver.ts, the neutral form of values in description.ts.

/** The value that a PHP program would store. A string is text or bytes. */
function natural(array $description): mixed
{
    $content = $description['content'] ?? null;
    return match ($description['type']) {
        'bytes' => base64_decode($content),
        'integer' => (int) $content,
        'float' => floating($content),
        'list', 'map' => array_map(natural(...), $content),
        default => $content,
    };
}

function floating(string $text): float
{
    return match ($text) {
        'Infinity' => INF,
        '-Infinity' => -INF,
        'NaN' => NAN,
        default => (float) $text,
    };
}

/** What a PHP program would see. */
function describe(mixed $value): array
{
    return match (true) {
        $value === null => ['type' => 'null'],
        is_bool($value) => ['type' => 'boolean', 'content' => $value],
        is_int($value) => ['type' => 'integer', 'content' => (string) $value],
        is_float($value) => ['type' => 'float', 'content' => var_export($value, true)],
        is_string($value) => describeString($value),
        is_array($value) && array_is_list($value) => ['type' => 'list', 'content' => array_map(describe(...), $value)],
        is_array($value), $value instanceof stdClass => ['type' => 'map', 'content' => (object) array_map(describe(...), (array) $value)],
        default => ['type' => 'other', 'content' => get_debug_type($value)],
    };
}

function describeString(string $value): array
{
    return preg_match('//u', $value) === 1
        ? ['type' => 'text', 'content' => $value]
        : ['type' => 'bytes', 'content' => base64_encode($value)];
}

function open(array $servers, array $setup): Memcached
{
    $client = new Memcached();
    $add = fn () => $client->addServers(array_map(fn ($server) => [$server['host'], $server['port'], $server['weight']], $servers));
    $optionsComeAfter = ($setup['order'] ?? null) === 'after';
    unset($setup['order']);
    if ($optionsComeAfter) {
        $add();
    }
    foreach ($setup as $name => $value) {
        $named = is_string($value) && defined("Memcached::$value");
        $client->setOption(constant("Memcached::$name"), $named ? constant("Memcached::$value") : $value);
    }
    if (!$optionsComeAfter) {
        $add();
    }
    return $client;
}

function perform(array $request): mixed
{
    static $client, $token;
    $key = $request['key'] ?? '';
    switch ($request['operation']) {
        case 'open':
            $client = open($request['servers'], $request['setup']);
            return null;
        case 'set':
            return array_map(fn ($item) => stored($client, $item[0], natural($item[1]), $request['ttl'] ?? 0), $request['items']);
        case 'get':
            return array_map(fn ($key) => fetched($client, $key), $request['keys']);
        case 'incr':
            return (string) $client->increment($key, $request['by']);
        case 'decr':
            return (string) $client->decrement($key, $request['by']);
        case 'append':
            $client->setOption(Memcached::OPT_COMPRESSION, false); // which append refuses
            return $client->append($key, $request['text']);
        case 'gets':
            ['value' => $value, 'cas' => $token] = $client->get($key, null, Memcached::GET_EXTENDED);
            return describe($value);
        case 'cas':
            return $client->cas($token, $key, natural($request['value']));
    }
}

function stored(Memcached $client, string $key, mixed $value, int $ttl): ?string
{
    return $client->set($key, $value, $ttl) ? null : $client->getResultMessage();
}

function fetched(Memcached $client, string $key): array
{
    $value = $client->get($key);
    return match ($client->getResultCode()) {
        Memcached::RES_SUCCESS => describe($value),
        Memcached::RES_NOTFOUND => ['type' => 'missing'],
        default => ['type' => 'error', 'content' => $client->getResultMessage()],
    };
}

function answer(array $message): void
{
    echo json_encode($message, JSON_THROW_ON_ERROR), "\n";
    flush();
}

while (($line = fgets(STDIN)) !== false) {
    try {
        answer(['result' => perform(json_decode($line, true, 512, JSON_THROW_ON_ERROR))]);
    } catch (Throwable $error) {
        answer(['error' => get_class($error) . ': ' . $error->getMessage()]);
    }
}
