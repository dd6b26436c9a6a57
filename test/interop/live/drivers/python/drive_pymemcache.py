from pymemcache import serde
from pymemcache.client.hash import HashClient

from driver import ClientDriver, serve


class Pymemcache(ClientDriver):
    def open(self, servers, setup):
        if "serde" in setup:
            setup["serde"] = getattr(serde, setup["serde"])
        if "key_prefix" in setup:
            setup["key_prefix"] = setup["key_prefix"].encode()
        addresses = [(server["host"], server["port"]) for server in servers]
        self.client = HashClient(addresses, default_noreply=False, **setup)

    def set(self, key, value, ttl):
        return self.client.set(key, value, expire=ttl)


serve(Pymemcache())
