internal import CurlTransport
internal import SeedreamAPI
internal import Testing

@Suite struct `Kinds of addresses` {
  @Test(arguments: [
    ("8.8.8.8", AddressKind.global), ("1.1.1.1", .global), ("223.255.255.255", .global),
    ("0.0.0.0", .unspecified), ("0.255.255.255", .unspecified), ("1.0.0.0", .global),
    ("9.255.255.255", .global), ("10.0.0.0", .privateNetwork), ("10.255.255.255", .privateNetwork),
    ("11.0.0.0", .global), ("100.63.255.255", .global), ("100.64.0.0", .shared),
    ("100.127.255.255", .shared), ("100.128.0.0", .global), ("100.100.100.200", .metadata),
    ("126.255.255.255", .global), ("127.0.0.0", .loopback), ("127.255.255.255", .loopback),
    ("128.0.0.0", .global), ("169.253.255.255", .global), ("169.254.0.0", .linkLocal),
    ("169.254.169.254", .linkLocal), ("169.255.0.0", .global), ("172.15.255.255", .global),
    ("172.16.0.0", .privateNetwork), ("172.31.255.255", .privateNetwork), ("172.32.0.0", .global),
    ("168.63.129.16", .metadata), ("192.0.0.192", .metadata), ("192.0.0.1", .reserved),
    ("192.0.2.1", .reserved), ("192.88.99.1", .reserved), ("192.167.255.255", .global),
    ("192.168.0.0", .privateNetwork), ("192.168.255.255", .privateNetwork),
    ("192.169.0.0", .global), ("198.17.255.255", .global), ("198.18.0.0", .reserved),
    ("198.19.255.255", .reserved), ("198.20.0.0", .global), ("198.51.100.7", .reserved),
    ("203.0.113.7", .reserved), ("224.0.0.1", .multicast), ("239.255.255.255", .multicast),
    ("240.0.0.0", .reserved), ("255.255.255.254", .reserved), ("255.255.255.255", .broadcast),
  ])
  func `Version 4`(text: String, kind: AddressKind) throws {
    let address = try #require(IPAddress(text))
    #expect(AddressKind(address) == kind)
    #expect(address.description == text)
    // The forms that lead to it are of the same kind.
    #expect(AddressKind(try #require(IPAddress("::ffff:\(text)"))) == kind)
    #expect(AddressKind(try #require(IPAddress("64:ff9b::\(text)"))) == kind)
  }

  @Test(arguments: [
    ("2606:4700:4700::1111", AddressKind.global), ("2a00:1450::1", .global), ("::", .unspecified),
    ("::1", .loopback), ("::2", .reserved), ("::7f00:1", .reserved), ("100::1", .reserved),
    ("1fff:ffff::", .reserved), ("2000::", .global), ("2001::1", .reserved),
    ("2001:1ff:ffff::", .reserved), ("2001:200::", .global), ("2001:db8::1", .reserved),
    ("2002:7f00:1::1", .loopback), ("2002:808:808::1", .global), ("2002:a9fe:a9fe::", .linkLocal),
    ("3ffe::1", .global), ("3fff::1", .reserved), ("3fff:1000::", .global), ("4000::", .reserved),
    ("64:ff9b:1::1", .privateNetwork), ("fbff::1", .reserved), ("fc00::", .privateNetwork),
    ("fdff::1", .privateNetwork), ("fd00:ec2::254", .metadata), ("fe7f::1", .reserved),
    ("fe80::1", .linkLocal), ("fe80::1%eth0", .linkLocal), ("febf::1", .linkLocal),
    ("fec0::1", .privateNetwork), ("ff02::1", .multicast),
  ])
  func `Version 6`(text: String, kind: AddressKind) throws {
    #expect(AddressKind(try #require(IPAddress(text))) == kind)
  }

  @Test(arguments: ["", "1.2.3", "1.2.3.256", "01.2.3.4.5", "::g", "name", "[::1]", "1.2.3.4 "])
  func `What is no address is not taken for one`(text: String) {
    #expect(IPAddress(text) == nil)
  }

  @Test(arguments: [
    ("localhost", AddressKind?.some(.loopback)), ("LOCALHOST.", .loopback),
    ("a.localhost", .loopback), ("notlocalhost", nil), ("localhost.example", nil),
    ("[::1]", .loopback), ("10.0.0.1", .privateNetwork), ("image.example", nil),
  ])
  func `A host tells its kind when it is an address`(host: String, kind: AddressKind?) {
    #expect(AddressKind(literalHost: host) == kind)
  }

  @Test(arguments: [
    ("10.1.2.3", "10.0.0.0", 8, true), ("11.0.0.0", "10.0.0.0", 8, false),
    ("1.2.3.4", "9.9.9.9", 0, true), ("1.2.3.4", "1.2.3.4", 32, true),
    ("1.2.3.4", "1.2.3.5", 32, false), ("1.2.3.4", "1.2.3.4", 33, false),
    ("1.2.3.4", "1.2.3.4", -1, false), ("::1", "0.0.0.1", 0, false),
    ("2001:db8::1", "2001:db8::", 64, true), ("2001:db8::1", "2001:db8::2", 128, false),
    ("2001:db8::1", "2001:db8::2", 126, true), ("2001:db8:0:1::", "2001:db8::", 64, false),
    ("::1", "::1", 129, false),
  ])
  func `An address lies in networks`(
    text: String, network: String, bitCount: Int, lies: Bool
  ) throws {
    let address = try #require(IPAddress(text))
    #expect(address.lies(in: try #require(IPAddress(network)), bitCount: bitCount) == lies)
  }
}

@Suite struct `Settings of proxies` {
  @Test(arguments: [
    (["http_proxy": "http://p:1"], "http://a/", String?.some("http://p:1")),
    (["http_proxy": "http://p:1"], "https://a/", nil),
    (["HTTP_PROXY": "http://p:1"], "http://a/", nil),
    (["HTTPS_PROXY": "http://p:1"], "https://a/", "http://p:1"),
    (["https_proxy": "http://q:2", "HTTPS_PROXY": "http://p:1"], "https://a/", "http://q:2"),
    (["https_proxy": "", "HTTPS_PROXY": "http://p:1"], "https://a/", "http://p:1"),
    (["ALL_PROXY": "socks5h://s:1"], "http://a/", "socks5h://s:1"),
    (["all_proxy": "socks5h://s:1", "http_proxy": "http://p:1"], "http://a/", "http://p:1"),
    ([:], "http://a/", nil),
  ])
  func `The variable of the scheme comes before the one for all`(
    environment: [String: String], url: String, proxy: String?
  ) throws {
    let settings = ProxySettings(environment: environment)
    #expect(settings.proxy(for: try HTTPURL(url))?.reveal() == proxy)
  }

  @Test(arguments: [
    ("*", "http://a.example/", false), ("a.example", "http://a.example/", false),
    ("A.Example.", "http://a.example/", false), (".example", "http://a.example/", false),
    ("example", "http://a.example./", false), ("ample", "http://a.example/", true),
    ("b.example,  a.example", "http://a.example/", false),
    ("a.example.org", "http://a.example/", true),
    ("", "http://a.example/", true), (",,", "http://a.example/", true),
    ("10.0.0.0/8", "http://10.2.3.4/", false), ("10.0.0.0/8", "http://11.2.3.4/", true),
    ("10.2.3.4", "http://10.2.3.4/", false), ("3.4", "http://10.2.3.4/", true),
    ("10.0.0.0/x", "http://10.2.3.4/", true), ("::1", "http://[::1]/", false),
    ("[::1]", "http://[::1]/", false), ("fd00::/8", "http://[fd12::1]/", false),
  ])
  func `Exceptions are hosts, domains, addresses and networks`(
    exceptions: String, url: String, isProxied: Bool
  ) throws {
    let settings = ProxySettings(environment: ["http_proxy": "http://p:1", "no_proxy": exceptions])
    #expect((settings.proxy(for: try HTTPURL(url)) != nil) == isProxied)
  }

  @Test func `The capital form of the exceptions is read too`() throws {
    let settings = ProxySettings(environment: ["http_proxy": "http://p:1", "NO_PROXY": "a"])
    #expect(settings.proxy(for: try HTTPURL("http://a/")) == nil)
  }
}
