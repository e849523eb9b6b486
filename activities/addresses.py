"""Where previews answer: one place that turns a namespace into host names and URLs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublicAddress:
    """How people and probes reach previews (OPS-7: all of it is a setting)."""

    domain: str = "localhost"
    """Previews live at `{namespace}.{domain}`; `*.localhost` needs no DNS (ENV-002)."""
    scheme: str = "http"
    port: int = 80
    """Port in the public URL; left out of the URL when it is the scheme's own."""
    ingress: str = "127.0.0.1:80"
    """`host:port` where the ingress listens for the worker's probes, which send a Host header instead of resolving."""
    inner_domain: str = ""
    """Second domain that the cluster's DNS resolves to the ingress (ENV-025); the routes carry it too. Empty: none."""
    gateway: str = "catalyst-system/catalyst"
    """`namespace/name` of the Gateway that HTTPRoutes attach to."""
    ingress_class: str = ""
    """Class of the Ingresses that are made instead of HTTPRoutes, for clusters without Gateway API. Empty: HTTPRoutes."""

    def host(self, namespace: str) -> str:
        """The one host name an environment may claim."""
        return f"{namespace}.{self.domain}"

    def hosts(self, namespace: str) -> tuple[str, ...]:
        inner = (f"{namespace}.{self.inner_domain}",) if self.inner_domain else ()
        return (self.host(namespace), *inner)

    def url(self, namespace: str) -> str:
        return self._url(self.host(namespace))

    def inner_url(self, namespace: str) -> str:
        """The same page for the environment's own pods: where `*.localhost` is themselves, by the second domain."""
        return self._url(f"{namespace}.{self.inner_domain or self.domain}")

    def _url(self, host: str) -> str:
        default = 443 if self.scheme == "https" else 80
        port = "" if self.port == default else f":{self.port}"
        return f"{self.scheme}://{host}{port}/"
