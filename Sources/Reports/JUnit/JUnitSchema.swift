/// The dialect that ``JUnitReport`` writes, as an XML Schema.
///
/// It is within both the Jenkins schema (`junit-10.xsd`) and, with each `testsuite` as a document, the
/// Surefire schema 3.0.2, and stricter than either where consumers break: times have three decimals,
/// nothing of an outcome is empty, and a case has one outcome.
enum JUnitSchema {
  static let text: StaticString = #"""
    <?xml version="1.0" encoding="UTF-8"?>
    <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
      <xs:simpleType name="count">
        <xs:restriction base="xs:string"><xs:pattern value="0|[1-9][0-9]*"/></xs:restriction>
      </xs:simpleType>
      <xs:simpleType name="time">
        <xs:restriction base="xs:string"><xs:pattern value="[0-9]+\.[0-9]{3}"/></xs:restriction>
      </xs:simpleType>
      <xs:simpleType name="timestamp">
        <xs:restriction base="xs:dateTime">
          <xs:pattern value="[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"/>
        </xs:restriction>
      </xs:simpleType>
      <xs:simpleType name="name">
        <xs:restriction base="xs:string">
          <xs:pattern value="\S([^\n\r\t]*\S)?"/>
          <xs:maxLength value="512"/>
        </xs:restriction>
      </xs:simpleType>
      <xs:simpleType name="message">
        <xs:restriction base="xs:string">
          <xs:minLength value="1"/>
          <xs:maxLength value="4096"/>
        </xs:restriction>
      </xs:simpleType>
      <xs:simpleType name="type">
        <xs:restriction base="xs:string"><xs:pattern value="[a-z]+(-[a-z]+)*"/></xs:restriction>
      </xs:simpleType>
      <xs:simpleType name="text">
        <xs:restriction base="xs:string">
          <xs:minLength value="1"/>
          <xs:maxLength value="1048576"/>
        </xs:restriction>
      </xs:simpleType>
      <xs:complexType name="reason">
        <xs:simpleContent>
          <xs:extension base="text">
            <xs:attribute name="message" type="message" use="required"/>
            <xs:attribute name="type" type="type" use="required"/>
          </xs:extension>
        </xs:simpleContent>
      </xs:complexType>
      <xs:complexType name="omission">
        <xs:simpleContent>
          <xs:extension base="text">
            <xs:attribute name="message" type="message" use="required"/>
          </xs:extension>
        </xs:simpleContent>
      </xs:complexType>
      <xs:complexType name="attempt">
        <xs:sequence>
          <xs:element name="stackTrace" type="xs:string"/>
        </xs:sequence>
        <xs:attribute name="message" type="xs:string" use="required"/>
        <xs:attribute name="type" type="type" use="required"/>
      </xs:complexType>
      <xs:complexType name="property">
        <xs:attribute name="name" type="name" use="required"/>
        <xs:attribute name="value" type="xs:string" use="required"/>
      </xs:complexType>
      <xs:complexType name="properties">
        <xs:sequence>
          <xs:element name="property" type="property" maxOccurs="unbounded"/>
        </xs:sequence>
      </xs:complexType>
      <xs:complexType name="testcase">
        <xs:sequence>
          <xs:choice minOccurs="0">
            <xs:element name="flakyFailure" type="attempt" maxOccurs="unbounded"/>
            <xs:sequence>
              <xs:element name="failure" type="reason"/>
              <xs:element name="rerunFailure" type="attempt" minOccurs="0" maxOccurs="unbounded"/>
            </xs:sequence>
            <xs:sequence>
              <xs:element name="rerunFailure" type="attempt" minOccurs="0" maxOccurs="unbounded"/>
              <xs:element name="error" type="reason"/>
            </xs:sequence>
            <xs:element name="skipped" type="omission"/>
          </xs:choice>
          <xs:element name="system-out" type="text" minOccurs="0"/>
          <xs:element name="system-err" type="text" minOccurs="0"/>
        </xs:sequence>
        <xs:attribute name="name" type="name" use="required"/>
        <xs:attribute name="classname" type="name" use="required"/>
        <xs:attribute name="time" type="time" use="required"/>
      </xs:complexType>
      <xs:complexType name="testsuite">
        <xs:sequence>
          <xs:element name="properties" type="properties" minOccurs="0"/>
          <xs:element name="testcase" type="testcase" minOccurs="0" maxOccurs="unbounded"/>
        </xs:sequence>
        <xs:attribute name="name" type="name" use="required"/>
        <xs:attribute name="tests" type="count" use="required"/>
        <xs:attribute name="failures" type="count" use="required"/>
        <xs:attribute name="errors" type="count" use="required"/>
        <xs:attribute name="skipped" type="count" use="required"/>
        <xs:attribute name="time" type="time" use="required"/>
        <xs:attribute name="timestamp" type="timestamp" use="required"/>
      </xs:complexType>
      <xs:element name="testsuite" type="testsuite"/>
      <xs:element name="testsuites">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="testsuite" type="testsuite" minOccurs="0" maxOccurs="unbounded"/>
          </xs:sequence>
          <xs:attribute name="name" type="name" use="required"/>
          <xs:attribute name="tests" type="count" use="required"/>
          <xs:attribute name="failures" type="count" use="required"/>
          <xs:attribute name="errors" type="count" use="required"/>
          <xs:attribute name="time" type="time" use="required"/>
        </xs:complexType>
      </xs:element>
    </xs:schema>
    """#
}
