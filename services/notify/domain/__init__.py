"""The rules of notify: whom a fact concerns (`router`), what they are told (`notices`), in which words (`letters`)."""
